// noise.wgsl: random bits that are a function of where they are used. Twin of src/engine/math/noise.ts: PCG's output function
// (O'Neill 2014) on 32 bits.

// Scrambles 32 bits, one to one.
fn scramble(bits: u32) -> u32 {
  let state = bits * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

// A key for one of many.
fn keyed(key: u32, number: u32) -> u32 {
  return scramble(scramble(key) + number);
}

// Key of row (t, b) of what a layer hands on, in one model of a bundle; keyed(key, unit) are its units' bits.
fn row_key(key: u32, layer: u32, model: u32, row: u32) -> u32 {
  return keyed(keyed(keyed(key, layer), model), row);
}
