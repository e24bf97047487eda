// What every shader begins with. WG: threads of a workgroup that goes through a
// tensor element by element; ROW: of one that shares a row.
override WG: u32 = 256;
override ROW: u32 = 64;

const LOWEST: f32 = -3.4e38;

fn sigma(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(e, 1.0, x >= 0.0) / (1.0 + e);
}
