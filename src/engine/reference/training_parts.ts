/** What only training takes, in one place, so that it can be loaded with the first trainer. */
export { modelTrainer } from '../training/model_trainer';
export { startOf } from '../training/snapshot';
export { checkedTraining } from '../training/training';
export { ReferenceStepper } from './reference_stepper';
export { rulesOf } from './training_state';
