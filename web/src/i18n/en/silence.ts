/** When the engine has not answered for long. */
export const silence = {
  question:
    'The engine has not answered for {seconds:string} seconds. On a busy machine one step can take that long, so waiting is safe. Or start it again: the run goes on from its last checkpoint, and the steps after that are made once more.',
  wait: 'Wait',
  restartRun: 'Restart from the last checkpoint',
  ended: 'it had not answered for {seconds:string} seconds and was ended by hand',
}
