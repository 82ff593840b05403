// cell_step.wgsl: what a cell's forward and backward give back, for four units. Twin of CellStep and CellGradient in
// src/engine/cells/cell.ts; the sizes are the cell's.

import package::cells::cell::{GATES, SAVED, STATES, UNIT_ROWS};

struct CellStep {
  next: array<vec4f, STATES>,
  saved: array<vec4f, SAVED>,
}

struct CellGradient {
  d_ih: array<vec4f, GATES>,
  d_hh: array<vec4f, GATES>,
  d_prev: array<vec4f, STATES>,
  d_next: array<vec4f, STATES>,
  d_unit: array<vec4f, UNIT_ROWS>,
}
