declare module 'virtual:stage-code/*' {
  /** The loss of a stage as it stands in its Go file. */
  const code: { file: string; first: number; code: string; html: string }
  export default code
}
