/** ONNX Runtime Web in WebAssembly with SIMD, on as many threads as there are processors. */
import * as ort from 'peer:onnxruntime-web/wasm';
import wasm from 'peer:onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import mjs from 'peer:onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import { onnx } from './onnx';

ort.env.wasm.wasmPaths = { mjs, wasm };
ort.env.wasm.numThreads = navigator.hardwareConcurrency;

export const contender = onnx({ ...ort, provider: 'wasm' });
