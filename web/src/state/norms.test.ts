import { expect, it } from 'vitest'
import type { Norm } from '../engine/messages'
import { grid, place } from './norms'

it('finds layer and part in the names', () => {
  expect(place('model.layers.3.self_attn.q_proj.weight')).toEqual({ layer: 3, part: 'q_proj' })
  expect(place('model.layers.11.input_layernorm.weight')).toEqual({
    layer: 11,
    part: 'input_layernorm',
  })
  expect(place('base_model.model.model.layers.0.mlp.up_proj.lora_A.weight')).toEqual({
    layer: 0,
    part: 'up_proj.lora_A',
  })
  expect(place('model.embed_tokens.weight')).toEqual({ layer: -1, part: 'embed_tokens' })
  expect(place('score.weight')).toEqual({ layer: -1, part: 'score' })
})

it('lays tensors out, whatever order they come in', () => {
  const norm = (name: string): Norm => ({ name, weight: 1, update: 1 })
  const g = grid([
    norm('model.embed_tokens.weight'),
    norm('model.layers.1.mlp.up_proj.weight'),
    norm('model.layers.0.self_attn.q_proj.weight'),
    norm('model.layers.0.mlp.up_proj.weight'),
  ])
  expect(g.parts).toEqual(['up_proj', 'q_proj'])
  expect(g.layers.map((l) => l.layer)).toEqual([0, 1])
  expect(g.layers[1]?.cells.map((c) => c?.name)).toEqual([
    'model.layers.1.mlp.up_proj.weight',
    undefined,
  ])
  expect(g.others).toHaveLength(1)
})
