/** ONNX Runtime Web on WebGPU. What it has no kernel for there (RNN), it computes in WebAssembly by itself. */
import * as ort from 'peer:onnxruntime-web/webgpu';
import wasm from 'peer:onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import mjs from 'peer:onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import { onnx } from './onnx';

ort.env.wasm.wasmPaths = { mjs, wasm };
ort.env.wasm.numThreads = navigator.hardwareConcurrency;

export const contender = onnx({ ...ort, provider: 'webgpu' });
