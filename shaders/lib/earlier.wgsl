// earlier.wgsl: how many steps came before a run, where it goes on from the keys and values of those.

struct Earlier {
  steps: u32,
}
