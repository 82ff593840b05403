/** The classes of all elements and of their events, for who registers or extends them: importing them defines nothing. */
export { CompareChangeEvent, RnnCompare } from './rnn-compare';
export { RnnContinuation } from './rnn-continuation';
export { GateChangeEvent, RnnEntry } from './rnn-entry';
export { RnnGates } from './rnn-gates';
export { ClipChangeEvent, DistanceChangeEvent, ExperimentChangeEvent, RnnGradientFlow } from './rnn-gradient-flow';
export { RnnGradientReach } from './rnn-gradient-reach';
export { EntryFocusEvent, RnnHeatmap } from './rnn-heatmap';
export { InfluenceChangeEvent, RnnInfluence } from './rnn-influence';
export { RnnMemory } from './rnn-memory';
export { CursorChangeEvent, RnnModel, TrainingChangeEvent, WeightChangeEvent, type Cursor } from './rnn-model';
export { RnnOpener } from './rnn-opener';
export { RnnOrder } from './rnn-order';
export { RnnPredictions } from './rnn-predictions';
export { RnnProof } from './rnn-proof';
export { RnnState } from './rnn-state';
export { LearningChangeEvent, RnnTrainer } from './rnn-trainer';
export { RnnTransport } from './rnn-transport';
export { RnnUnrolled } from './rnn-unrolled';
