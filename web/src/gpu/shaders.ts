// The bridge with the shaders of core/backend/webgpu, a chunk of its own.
import { open, type Bridge } from './bridge'

const files = import.meta.glob<string>('../../../core/backend/webgpu/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
})

/** The texts of the WGSL files by their names without ending. */
export const sources: Record<string, string> = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [path.slice(path.lastIndexOf('/') + 1, -5), text]),
)

/** Opens the best adapter; undefined where there is none. */
export const openWithShaders = (gpu: GPU): Promise<Bridge | undefined> => open(gpu, sources)
