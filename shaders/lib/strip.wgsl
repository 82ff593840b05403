// strip.wgsl: a tensor [M, T, B, ..], or a part of each of its rows, inside a larger buffer. A strip is two numbers, counted
// in quads: where its first row begins, and how far it is from row to row.

fn strip_row(strip: vec2u, row: u32) -> u32 {
  return strip.x + row * strip.y;
}
