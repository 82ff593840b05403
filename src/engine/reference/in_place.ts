/** Both passes and training, for where no worker carries them out. */
export { backward } from './backward';
export { rollout } from './rollout';
export { TrainingQueue } from './training_queue';
