/** What only training takes, in one place, so that it can be loaded with the first trainer. */
export { modelTrainer } from '../training/model_trainer';
export { checkedTraining } from '../training/training';
export { checkStepper, GpuStepper } from './gpu_stepper';
export { stepKernels } from './optimizer_step';
