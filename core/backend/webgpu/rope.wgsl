// (y1, y2) = (x1 cos - x2 sin, x2 cos + x1 sin) for the halves of each head;
// the inverse turns the other way. A row of the table is cosines, then sines.
struct Params { n: u32, heads: u32, half: u32, inverse: u32 }
@group(0) @binding(0) var<uniform> u: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> pos: array<i32>;
@group(0) @binding(3) var<storage, read> table: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < u.n; i += groups.x * WG) {
    let d = i % u.half;
    let head = i / u.half; // of all rows
    let at = u32(pos[head / u.heads]) * 2u * u.half + d;
    let cosine = table[at];
    let sine = select(table[at + u.half], -table[at + u.half], u.inverse == 1u);
    let first = head * 2u * u.half + d;
    let second = first + u.half;
    y[first] = x[first] * cosine - x[second] * sine;
    y[second] = x[second] * cosine + x[first] * sine;
  }
}
