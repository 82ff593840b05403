/** Everything in one file: defines the elements, and hands out their classes and the engine. */
import './elements/define';
export * from './elements';
export * from './engine';
