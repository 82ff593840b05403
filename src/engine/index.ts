/** The engine's only door: everything a page, an element or a test may use. */
export { addends, type Addend, type Addends, type GatePlace } from './addends';
export { cells, cellNamed } from './cells';
export type { Cell, CellGradient, CellStep, Gate, Range, State } from './cells/cell';
export { createEngine, type EngineOptions } from './create_engine';
export type { Engine, Model, Plan, RecurrentForm, RunOptions, Signal, SignalExtent, SignalStorage, Tape } from './engine';
export * from './errors';
export { activationNumber, type Activation } from './math/activation';
export { prove, type Proof, type SignalProof } from './proof';
export { scriptUrl } from './script_url';
export { shaderCode } from './shader_code';
export type { Tensor } from './math/tensor';
export type { InputOptions, Inputs, RunInputs, Source } from './model/inputs';
export type { Cotangents, Loss, NextTokenLoss, UnitLoss } from './model/loss';
export type { Direction, Parameters, StateDict } from './model/parameters';
export type { SignalInfo, SignalKind, SignalPlace } from './model/signals';
export type { ClassOutput, Layer, LayerSpec, ModelShape, ModelSpec, VectorInput, WordInput } from './model/spec';
export { LONGEST_TEXT, wordsOf } from './model/words';
