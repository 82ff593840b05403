/** Dispatches made ready in advance: what runs in a frame only walks an array. */
import type { Kernel } from './kernel';

export interface Command {
  readonly kernel: Pick<Kernel, 'pipeline' | 'ready'>;
  readonly bindGroup: GPUBindGroup;
  /** Where this dispatch's span lies in its uniform buffer, in bytes; undefined if the kernel takes none. */
  readonly span?: number;
  readonly groups: readonly [x: number, y: number, z: number];
}

/** A pass ends here, so that a long rollout leaves the driver places to breathe. */
const DISPATCHES_PER_PASS = 256;

/** Settles once all these commands can be recorded. */
export async function ready(commands: readonly Command[]): Promise<void> {
  await Promise.all(new Set(commands.map(({ kernel }) => kernel.ready)));
}

/** Records the commands, in order, into as few passes as are good for the driver. */
export function record(encoder: GPUCommandEncoder, label: string, commands: readonly Command[]): void {
  const offset = new Uint32Array(1);
  for (let first = 0; first < commands.length; first += DISPATCHES_PER_PASS) {
    const pass = encoder.beginComputePass({ label });
    let kernel: Command['kernel'] | undefined;
    let bindGroup: GPUBindGroup | undefined;
    const end = Math.min(first + DISPATCHES_PER_PASS, commands.length);
    for (let i = first; i < end; i++) {
      const command = commands[i];
      if (command.kernel !== kernel) {
        kernel = command.kernel;
        pass.setPipeline(kernel.pipeline);
      }
      if (command.span !== undefined) {
        offset[0] = command.span;
        pass.setBindGroup(0, command.bindGroup, offset, 0, 1);
        bindGroup = undefined;
      } else if (command.bindGroup !== bindGroup) {
        pass.setBindGroup(0, (bindGroup = command.bindGroup));
      }
      pass.dispatchWorkgroups(...command.groups);
    }
    pass.end();
  }
}

/** A line of workgroups folded into rows no longer than the device allows; see shaders/lib/dispatch.wgsl. */
export function foldedGroups(invocations: number, workgroupSize: number, longest: number): [x: number, y: number] {
  const groups = Math.ceil(invocations / workgroupSize);
  const y = Math.ceil(groups / longest);
  return [Math.ceil(groups / y), y];
}
