// The device side of core/backend/webgpu: executes streams of words on a GPU.
// docs/WEBGPU.md describes the words; stream.go in that package writes them.
// It runs wherever there is a GPUDevice: in the engine's worker, under Node.

/** The kinds of words, as in stream.go. */
const enum Word {
  Alloc = 1,
  Free,
  Write,
  Shader,
  Program,
  Drop,
  Run,
  Read,
}

const enum Step {
  Dispatch = 1,
  Copy,
  Clear,
}

// The flags of WebGPU, by value: under Node they are not global.
const usage = { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 }
const mapForReading = 1
const inCompute = 4

const scopes: GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal']

/** How long a reading may take, in ms. What is imitated on a busy processor takes its time. */
const hardwarePatience = 30_000
const softwarePatience = 600_000

/** Bytes of a uniform block that a shader sees. */
const blockBytes = 64

type Operation =
  | { pipeline: GPUComputePipeline; group: GPUBindGroup; x: number; y: number; z: number }
  | { from: GPUBuffer; at: number; to: GPUBuffer; place: number; size: number }
  | { clear: GPUBuffer; place: number; size: number }

interface Program {
  uniforms: GPUBuffer
  operations: Operation[]
}

interface Shader {
  pipeline: GPUComputePipeline
  layout: GPUBindGroupLayout
}

/** What the engine is told of the adapter. */
export interface Adapter {
  name: string
  /** SwiftShader and its like: correct, and slower than the processor itself. */
  software: boolean
  /** Whether its threads add up in subgroups. */
  subgroups: boolean
}

export class Bridge {
  readonly adapter: Adapter
  readonly bufferBytes: number
  readonly groups: number
  /** Milliseconds spent encoding so far. */
  encoding = 0
  private readonly device: GPUDevice
  private readonly sources: Record<string, string>
  private buffers = new Map<number, GPUBuffer>()
  private modules = new Map<string, GPUShaderModule>()
  private layouts = new Map<string, GPUBindGroupLayout>()
  private shaders: Shader[] = []
  private programs = new Map<number, Program>()
  private stream = new Uint8Array(1 << 16)
  private upload: GPUBuffer | undefined
  private download: GPUBuffer | undefined
  private failure = ''

  /** sources are the texts of the WGSL files by their names without ending. */
  constructor(device: GPUDevice, adapter: Adapter, sources: Record<string, string>) {
    this.device = device
    this.adapter = adapter
    this.sources = sources
    const { limits } = device
    this.bufferBytes = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize)
    this.groups = limits.maxComputeWorkgroupsPerDimension
    device.onuncapturederror = ({ error }) => {
      this.failure ||= error.message
    }
    void device.lost.then(({ message }) => {
      this.failure ||= `the GPU was lost: ${message}`
    })
  }

  /** Memory for a stream of so many bytes, valid until the next call. */
  reserve(bytes: number): Uint8Array {
    if (bytes > this.stream.length)
      this.stream = new Uint8Array(Math.max(bytes, 2 * this.stream.length))
    return this.stream
  }

  /** Executes the first n bytes of reserve's memory. Gives what has failed so far. */
  submit(n: number): string {
    if (!this.failure) void this.watched(n)
    return this.failure
  }

  /**
   * Like submit, for a stream that ends in reading; done gets the bytes or a
   * failure, once. A device that does not answer for long has failed: a driver may
   * have reset it, or the browser have put it to sleep with its tab. Its patience is
   * counted in tenths, so that the time that this worker itself was frozen is none.
   */
  read(n: number, done: (failure: string, bytes: Uint8Array | null) => void): void {
    let waiting = true
    const answer = (bytes: Uint8Array | null) => {
      if (!waiting) return
      waiting = false
      clearInterval(timer)
      done(this.failure, this.failure ? null : bytes)
    }
    const patience = this.adapter.software ? softwarePatience : hardwarePatience
    let tenths = 0
    const timer = setInterval(() => {
      if (++tenths < 10) return
      this.failure ||= `the GPU has not answered for ${patience / 1000} seconds`
      answer(null)
    }, patience / 10)
    if (this.failure) {
      answer(null)
      return
    }
    const { size, sound } = this.watched(n)
    const buffer = this.download
    if (!buffer || this.failure) {
      this.failure ||= 'nothing was read'
      answer(null)
      return
    }
    Promise.all([buffer.mapAsync(mapForReading, 0, size), sound]).then(
      () => {
        // The engine goes on inside done, so the buffer must be free by then.
        const bytes = new Uint8Array(buffer.getMappedRange(0, size)).slice()
        buffer.unmap()
        answer(bytes)
      },
      (error: unknown) => {
        this.failure ||= String(error)
        answer(null)
      },
    )
  }

  /**
   * Executes, and notes what the device refuses. sound resolves once that is known:
   * what is read before might be the zeros of a command that was never carried out.
   */
  private watched(n: number): { size: number; sound: Promise<unknown> } {
    for (const kind of scopes) this.device.pushErrorScope(kind)
    let size = 0
    try {
      size = this.execute(n)
    } catch (error) {
      // A device may also refuse at once: a size beyond what numbers hold.
      this.failure ||= String(error)
    }
    const sound = Promise.all(
      scopes.map(async () => {
        const error = await this.device.popErrorScope()
        if (error) this.failure ||= error.message
      }),
    ).catch(() => {}) // the device is lost, which is told elsewhere
    return { size, sound }
  }

  close(): void {
    this.failure ||= 'the GPU was closed'
    this.device.destroy()
  }

  /** All of a stream goes into one command buffer. The size of what it reads. */
  private execute(n: number): number {
    const began = performance.now()
    const words = new Uint32Array(this.stream.buffer, 0, n / 4)
    let upload: GPUBuffer | undefined
    const encoder = this.device.createCommandEncoder()
    let pass: GPUComputePassEncoder | undefined
    const endPass = () => {
      pass?.end()
      pass = undefined
    }
    const next = (at: number) => words[at] as number
    const dead: GPUBuffer[] = []
    let size = 0
    for (let i = 0; i < words.length;) {
      const kind: Word = next(i)
      const a = next(i + 1)
      switch (kind) {
        case Word.Alloc:
          this.buffers.set(a, this.storage(next(i + 2)))
          i += 3
          break
        case Word.Free: {
          // Destroyed when all that is encoded has been handed over.
          dead.push(this.buffer(a))
          this.buffers.delete(a)
          i += 2
          break
        }
        case Word.Write: {
          const bytes = next(i + 3)
          upload ??= this.stage(n)
          endPass()
          encoder.copyBufferToBuffer(upload, 4 * (i + 4), this.buffer(a), next(i + 2), bytes)
          i += 4 + bytes / 4
          break
        }
        case Word.Shader: {
          const length = next(i + 2)
          const name = new TextDecoder().decode(
            this.stream.subarray(4 * (i + 3), 4 * (i + 3) + length),
          )
          this.shaders[a] = this.shader(name)
          i += 3 + Math.ceil(length / 4)
          break
        }
        case Word.Program: {
          const end = i + 3 + next(i + 2)
          this.programs.set(a, this.program(words.subarray(i + 3, end)))
          i = end
          break
        }
        case Word.Drop: {
          const p = this.programs.get(a)
          if (p) dead.push(p.uniforms)
          this.programs.delete(a)
          i += 2
          break
        }
        case Word.Run:
          for (const o of this.programs.get(a)?.operations ?? []) {
            if ('pipeline' in o) {
              pass ??= encoder.beginComputePass()
              pass.setPipeline(o.pipeline)
              pass.setBindGroup(0, o.group)
              pass.dispatchWorkgroups(o.x, o.y, o.z)
              continue
            }
            endPass()
            if ('clear' in o) encoder.clearBuffer(o.clear, o.place, o.size)
            else encoder.copyBufferToBuffer(o.from, o.at, o.to, o.place, o.size)
          }
          i += 2
          break
        case Word.Read:
          size = next(i + 3)
          endPass()
          encoder.copyBufferToBuffer(this.buffer(a), next(i + 2), this.result(size), 0, size)
          i += 4
          break
        default:
          throw new Error(`word ${i} of a stream is ${kind}`)
      }
    }
    endPass()
    this.device.queue.submit([encoder.finish()])
    for (const b of dead) b.destroy()
    this.encoding += performance.now() - began
    return size
  }

  private storage(size: number): GPUBuffer {
    return this.device.createBuffer({
      size,
      usage: usage.STORAGE | usage.COPY_SRC | usage.COPY_DST,
    })
  }

  private buffer(handle: number): GPUBuffer {
    const b = this.buffers.get(handle)
    if (!b) throw new Error(`no buffer ${handle}`)
    return b
  }

  /** The stream itself on the device: what is written is copied out of it. */
  private stage(bytes: number): GPUBuffer {
    if (!this.upload || this.upload.size < bytes) {
      this.upload?.destroy()
      const size = Math.max(bytes, 1 << 16)
      this.upload = this.device.createBuffer({ size, usage: usage.COPY_SRC | usage.COPY_DST })
    }
    this.device.queue.writeBuffer(this.upload, 0, this.stream.buffer, 0, bytes)
    return this.upload
  }

  private result(size: number): GPUBuffer {
    if (!this.download || this.download.size < size) {
      this.download?.destroy()
      this.download = this.device.createBuffer({
        size: Math.max(size, 1 << 12),
        usage: usage.MAP_READ | usage.COPY_DST,
      })
    }
    return this.download
  }

  /** name is "file entry accesses", an access r or w for every binding from 1 on. */
  private shader(name: string): Shader {
    const [file = '', entryPoint = '', accesses = ''] = name.split(' ')
    const layout = this.layout(accesses)
    const pipeline = this.device.createComputePipeline({
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.module(file), entryPoint },
    })
    return { pipeline, layout }
  }

  private module(file: string): GPUShaderModule {
    let module = this.modules.get(file)
    if (!module) {
      const code = compose(this.sources, file, this.adapter.subgroups)
      module = this.device.createShaderModule({ label: file, code })
      this.modules.set(file, module)
    }
    return module
  }

  private layout(accesses: string): GPUBindGroupLayout {
    let layout = this.layouts.get(accesses)
    if (!layout) {
      const entries: GPUBindGroupLayoutEntry[] = [
        { binding: 0, visibility: inCompute, buffer: { type: 'uniform' } },
      ]
      for (const access of accesses) {
        entries.push({
          binding: entries.length,
          visibility: inCompute,
          buffer: { type: access === 'w' ? 'storage' : 'read-only-storage' },
        })
      }
      layout = this.device.createBindGroupLayout({ entries })
      this.layouts.set(accesses, layout)
    }
    return layout
  }

  private program(words: Uint32Array<ArrayBuffer>): Program {
    const next = (at: number) => words[at] as number
    const count = next(0)
    const uniforms = this.device.createBuffer({
      size: Math.max(4 * count, blockBytes),
      usage: usage.UNIFORM | usage.COPY_DST,
    })
    this.device.queue.writeBuffer(uniforms, 0, words, 1, count)
    const operations: Operation[] = []
    for (let i = 1 + count; i < words.length;) {
      const kind: Step = next(i)
      if (kind === Step.Clear) {
        operations.push({ clear: this.buffer(next(i + 1)), place: next(i + 2), size: next(i + 3) })
        i += 4
        continue
      }
      if (kind === Step.Copy) {
        operations.push({
          from: this.buffer(next(i + 1)),
          at: next(i + 2),
          to: this.buffer(next(i + 3)),
          place: next(i + 4),
          size: next(i + 5),
        })
        i += 6
        continue
      }
      const shader = this.shaders[next(i + 1)]
      if (!shader) throw new Error(`no shader ${next(i + 1)}`)
      const entries: GPUBindGroupEntry[] = [
        { binding: 0, resource: { buffer: uniforms, offset: next(i + 2), size: blockBytes } },
      ]
      const [x, y, z, bindings] = [next(i + 3), next(i + 4), next(i + 5), next(i + 6)]
      i += 7
      for (let b = 0; b < bindings; b++, i += 3) {
        const resource = { buffer: this.buffer(next(i)), offset: next(i + 1), size: next(i + 2) }
        entries.push({ binding: entries.length, resource })
      }
      const group = this.device.createBindGroup({ layout: shader.layout, entries })
      operations.push({ pipeline: shader.pipeline, group, x, y, z })
    }
    return { uniforms, operations }
  }
}

/**
 * A shader's text: the prelude, how rows are added up, the files that "// with NAME"
 * lines name, itself.
 */
export function compose(sources: Record<string, string>, file: string, subgroups: boolean): string {
  const own = sources[file]
  if (own === undefined) throw new Error(`no shader file ${file}`)
  const parts = [own]
  for (const [, name = ''] of own.matchAll(/^\/\/ with (\w+)$/gm)) parts.push(sources[name] ?? '')
  parts.unshift(sources['prelude'] ?? '', sources[subgroups ? 'reduce_subgroups' : 'reduce'] ?? '')
  if (subgroups) parts.unshift('enable subgroups;')
  return parts.join('\n')
}

/** Opens the best adapter; undefined where there is none. plain: without subgroups. */
export async function open(
  gpu: GPU,
  sources: Record<string, string>,
  plain = false,
): Promise<Bridge | undefined> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) return undefined
  const { limits, info } = adapter
  const subgroups = !plain && adapter.features.has('subgroups')
  const device = await adapter.requestDevice({
    requiredFeatures: subgroups ? ['subgroups'] : [],
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    },
  })
  const name = [info.vendor, info.architecture, info.description].filter(Boolean).join(' ')
  const software =
    info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/i.test(name)
  return new Bridge(device, { name: name || 'GPU', software, subgroups }, sources)
}
