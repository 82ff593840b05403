/** TensorFlow.js on WebGPU. */
import 'peer:@tensorflow/tfjs-backend-webgpu';
import { tfjs } from './tfjs';

export const contender = tfjs({ name: 'webgpu', lookups: true });
