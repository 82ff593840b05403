/** Shaders of attention, scans and what goes with them, there and back. */
export const blockShaders: Readonly<Record<string, string>> = import.meta.glob(
  ['../../../shaders/lib/{attend,convolution,earlier,gates,linear_scan,norm,pointwise,scan,strip}.wgsl', '../../../shaders/kernels/{attend,block,convolution,gates,linear_scan,norm,position,positions,scan}*.wgsl'],
  { query: '?raw&linked', import: 'default', eager: true },
);
