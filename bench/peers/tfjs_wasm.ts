/** TensorFlow.js in WebAssembly with SIMD, on as many threads as there are processors. */
import { setThreadsCount, setWasmPaths } from 'peer:@tensorflow/tfjs-backend-wasm';
import plain from 'peer:@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.wasm?url';
import simd from 'peer:@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from 'peer:@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.wasm?url';
import { tfjs } from './tfjs';

setWasmPaths({ 'tfjs-backend-wasm.wasm': plain, 'tfjs-backend-wasm-simd.wasm': simd, 'tfjs-backend-wasm-threaded-simd.wasm': threadedSimd });
setThreadsCount(navigator.hardwareConcurrency);

// It has no UnsortedSegmentSum, which is the gradient of a lookup.
export const contender = tfjs({ name: 'wasm', lookups: false });
