// One chunk of its own: the library with its style sheet.
import 'katex/dist/katex.min.css'
import katex from 'katex'

export default katex
