// Axes of one attention call: head h of H reads key-value head h KV / H.
struct Params {
  b: u32, tq: u32, tk: u32, d: u32, heads: u32, kv: u32,
  has_from: u32, scale: f32, // 1 / sqrt(d)
}
@group(0) @binding(0) var<uniform> u: Params;

const BLOCK: u32 = 32; // queries and keys of a tile
const SLICE: u32 = 64; // dimensions of a result that a workgroup computes
const LINE: u32 = BLOCK + 1;
const SIDE: u32 = 8; // SIDE x SIDE threads, each 4 x 4 of a tile, SIDE apart

var<workgroup> left: array<f32, BLOCK * LINE>;
var<workgroup> right: array<f32, BLOCK * LINE>;
var<workgroup> tile: array<f32, BLOCK * LINE>;

fn place_q(b: u32, i: u32, h: u32) -> u32 { return ((b * u.tq + i) * u.heads + h) * u.d; }
fn place_kv(b: u32, j: u32, g: u32) -> u32 { return ((b * u.tk + j) * u.kv + g) * u.d; }

// outer adds left x right transposed over n numbers of a tile's rows.
fn outer(sum: ptr<function, array<vec4f, 4>>, x: u32, y: u32) {
  for (var k = 0u; k < BLOCK; k++) {
    let at = x * LINE + k;
    let r = vec4f(right[at], right[at + SIDE * LINE], right[at + 2u * SIDE * LINE], right[at + 3u * SIDE * LINE]);
    for (var i = 0u; i < 4u; i++) { sum[i] += left[(y + SIDE * i) * LINE + k] * r; }
  }
}
