/** The linked WGSL of a shader below shaders/ (`paint/heatmap`). Loaded on first use: the CPU path never needs it. */
export async function shaderCode(entry: string): Promise<string> {
  const { linkShader } = await import('./gpu/linker');
  return linkShader(entry).code;
}
