/** Shaders that carry a loss back through recurrent layers and move the weights. */
export const wayBackShaders: Readonly<Record<string, string>> = import.meta.glob(
  ['../../../shaders/optimizers/*.wgsl', '../../../shaders/lib/{update,update_step}.wgsl', '../../../shaders/kernels/{recurrent_backward,outer_sum,word_sums,cross_entropy,squared_error,row_norms,update,tally}.wgsl'],
  { query: '?raw&linked', import: 'default', eager: true },
);
