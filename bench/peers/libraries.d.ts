/**
 * As much of each library's types as the adapters use. The libraries are installed by the bench alone, and the check of
 * types must not need them; `peer:` keeps it from finding them where they are.
 */

declare module 'peer:@tensorflow/tfjs-core' {
  export interface Tensor {
    readonly shape: number[];
    data(): Promise<Float32Array>;
  }
  export interface Optimizer {
    readonly learningRate: number;
  }
  export function setBackend(name: string): Promise<boolean>;
  export function ready(): Promise<void>;
  export function tensor(data: Float32Array, shape: number[]): Tensor;
  export function tensor2d(data: Float32Array | Int32Array, shape: number[], dtype?: 'int32'): Tensor;
  export function tensor3d(data: Float32Array, shape: number[]): Tensor;
  export function oneHot(indices: Tensor, depth: number): Tensor;
  export function matMul(a: Tensor, b: Tensor): Tensor;
  export function dispose(tensors: Tensor[]): void;
  export const train: { adam(rate: number, beta1: number, beta2: number, epsilon: number): Optimizer };
}

declare module 'peer:@tensorflow/tfjs-layers' {
  import type { Optimizer, Tensor } from 'peer:@tensorflow/tfjs-core';

  export interface Layer {
    setWeights(weights: Tensor[]): void;
  }
  export interface RecurrentOptions {
    readonly units: number;
    readonly returnSequences: boolean;
    readonly recurrentActivation?: 'sigmoid';
    readonly recurrentInitializer?: 'zeros';
    readonly inputShape?: number[];
  }
  export interface Sequential {
    predict(x: Tensor, options: { batchSize: number }): Tensor;
    compile(options: { optimizer: Optimizer; loss: string }): void;
    trainOnBatch(x: Tensor, y: Tensor): Promise<number>;
  }
  export function sequential(options: { layers: Layer[] }): Sequential;
  export const layers: {
    simpleRNN(options: RecurrentOptions): Layer;
    lstm(options: RecurrentOptions): Layer;
    gru(options: RecurrentOptions): Layer;
    embedding(options: { inputDim: number; outputDim: number; inputLength: number }): Layer;
    dense(options: { units: number; activation?: 'softmax'; useBias?: boolean; inputShape?: number[] }): Layer;
  };
}

declare module 'peer:@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
declare module 'peer:@tensorflow/tfjs-core/dist/register_all_gradients';
declare module 'peer:@tensorflow/tfjs-backend-webgpu';

declare module 'peer:@tensorflow/tfjs-backend-wasm' {
  export function setWasmPaths(paths: Record<string, string>): void;
  export function setThreadsCount(threads: number): void;
}

declare module 'peer:onnxruntime-web' {
  export class Tensor {
    constructor(type: 'float32', data: Float32Array, shape: readonly number[]);
    getData(): Promise<Float32Array>;
  }
  export class InferenceSession {
    static create(model: Uint8Array, options: { executionProviders: string[] }): Promise<InferenceSession>;
    run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  }
  export const env: { wasm: { wasmPaths: { mjs: string; wasm: string }; numThreads: number } };
}

declare module 'peer:onnxruntime-web/webgpu' {
  export * from 'peer:onnxruntime-web';
}

declare module 'peer:onnxruntime-web/wasm' {
  export * from 'peer:onnxruntime-web';
}

declare module 'peer:@jax-js/jax' {
  /** Passing one to a function hands it over; `ref` is the same array, to be handed over once more. */
  export interface Array {
    readonly shape: number[];
    readonly ref: this;
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    sum(axis?: number): Array;
    reshape(shape: number[]): Array;
    data(): Promise<Float32Array>;
    dispose(): void;
  }
  type Tree = Array | Tree[] | { [name: string]: Tree };
  export function init(...devices: string[]): Promise<string[]>;
  export function defaultDevice(device: string): void;
  export function jit<Given extends Tree[], Result extends Tree>(f: (...given: Given) => Result): (...given: Given) => Result;
  export function valueAndGrad<First extends Tree, Rest extends Tree[]>(f: (first: First, ...rest: Rest) => Array): (first: First, ...rest: Rest) => [Array, First];
  export const numpy: {
    array(data: Float32Array | Int32Array, options?: { shape: number[] }): Array;
    zeros(shape: number[]): Array;
    matmul(a: Array, b: Array): Array;
    tanh(x: Array): Array;
    sqrt(x: Array): Array;
    square(x: Array): Array;
    split(x: Array, parts: number | number[], axis?: number): Array[];
    concatenate(arrays: Array[], axis: number): Array;
  };
  export const nn: {
    sigmoid(x: Array): Array;
    oneHot(x: Array, classes: number): Array;
    logSoftmax(x: Array, axis: number): Array;
  };
}
