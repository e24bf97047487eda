/** What happened and what to do, by the engine's code. */
export const problems = {
  internal:
    'Something went wrong inside the engine. What you saved is safe; if it happens again, reload the page.',
  panic:
    'The engine made a mistake and ended what it was doing. Saved checkpoints are safe. Go on from the last one, or reload the page.',
  bad_command:
    'The page and the engine did not understand each other. Reload the page, so that both are of the same version.',
  unknown_command:
    'The engine does not know “{type}”: page and engine are of different versions. Reload the page.',
  engine_lost:
    'The engine stopped: {why}. Saved checkpoints are safe, and a new engine takes its place. Start again, or go on from the last checkpoint.',
  engine_not_loaded:
    'The engine could not be loaded: {why}. This page needs WebAssembly. Reload; if it stays so, try a current Firefox, Chrome or Safari.',

  file_empty: '“{name}” is empty. Choose a file with text in it.',
  file_binary:
    '“{name}” is no text: it looks like a program, picture or document file. Save it as plain text (.txt) first.',
  file_unreadable:
    '“{name}” could not be read. Has it been moved or is it open elsewhere? Choose it again.',
  text_not_utf8:
    '“{name}” is in an old encoding: {percent|number} % of it is not UTF-8. Save it as UTF-8 in your editor and choose it again.',
  text_too_short:
    '“{name}” has {bytes|bytes} of text; at least {need|bytes} are needed to learn anything from it.',
  context_too_long:
    'The text is only {tokens|number} tokens long, and the model wants to see {need|number} at a time. Choose a longer text or a smaller context.',
  jsonl_array:
    '“{name}” is one large JSON array. Put one object on each line, without the brackets around them.',
  jsonl_broken_line:
    'Line {line|number} of “{name}” is not valid JSON: {reason}. Nothing was loaded; mend that line and choose the file again.',
  jsonl_line_too_long:
    'A line of “{name}” is longer than {limit|bytes}. Cut it into several records.',
  jsonl_no_records:
    '“{name}” has no line with words to learn. Add lines with a text, a conversation or a pair.',
  jsonl_one_record:
    '“{name}” has a single example, so nothing could be held out to test with. Add a few more.',
  jsonl_unknown_keys:
    'Line {line|number} of “{name}” has the keys {keys}, but none that says what to learn. Use "text", "messages" or "conversations", and for pairs "prompt", "chosen" and "rejected".',
  jsonl_unknown_role:
    'Line {line|number} of “{name}” has the role “{role}”. Roles are system, user and assistant.',
  jsonl_wrong_type:
    'In line {line|number} of “{name}”, “{key}” is missing or of the wrong type. Mend that line and choose the file again.',
  note_excerpt:
    '“{name}” is {size|bytes} long. An excerpt of {limit|bytes} is used, beginning at {from|bytes}; the same one for the same seed.',
  note_utf16: '“{name}” was UTF-16 and has been converted.',
  note_utf8_replaced:
    '{count|number} broken bytes in “{name}” were replaced by �. The rest is as it was.',
  dataset_not_found: 'That text is no longer here. Choose it again.',
  dataset_corrupt: 'The saved text “{name}” is damaged. Choose the file again.',

  tokenizer_inconsistent:
    'This tokenizer.json contradicts itself: {reason}. Choose another, or learn one here.',
  tokenizer_not_json:
    'This tokenizer.json is not valid JSON: {reason}. Choose another, or learn one here.',
  tokenizer_too_large:
    'This tokenizer.json is {bytes|bytes}; at most {limit|bytes} are read. Choose another, or learn one here.',
  tokenizer_unsupported:
    'This tokenizer.json cuts text in a way that Sprout does not know ({field}). Use a file that Sprout wrote, or learn a tokenizer here.',
  tokenizer_not_found:
    'That tokenizer is no longer in this tab. Learn it again; it takes a moment.',

  checkpoint_not_found:
    'That checkpoint is no longer there. It may have been deleted in another tab.',
  checkpoint_corrupt:
    'The saved checkpoint “{name}” is damaged ({piece}). Others are not affected. Go on from an earlier one or from a downloaded file.',
  checkpoint_half_range:
    'A weight in “{tensor}” is too large for a 16-bit file ({value}). Export with 32 bits.',
  checkpoint_not_finite:
    'The file holds a value that is not a number, in “{tensor}” ({value}). It was not imported; a model with it could only write noise.',
  checkpoint_tensor_extra:
    'The file has a tensor that this model has no place for: “{tensor}”. It was not imported. Export or download it again.',
  checkpoint_tensor_missing:
    'The file lacks a tensor that the model needs: “{tensor}” {shape}. It was not imported. Export or download it again.',
  checkpoint_tensor_shape:
    'The tensor “{tensor}” has the shape {have} where the model needs {want}. The file was not imported. Export or download it again.',
  checkpoint_vocab:
    'The checkpoint’s tokenizer has {tokenizer|number} tokens and its model {model|number}; they do not belong together. Export or download it again.',
  safetensors_dtype:
    'The tensor “{tensor}” is stored as {dtype}, which cannot be used here. Export it as F32, F16 or BF16.',
  safetensors_duplicate:
    'The name “{tensor}” occurs twice in the file. It was not imported. Export or download it again.',
  safetensors_foreign:
    'This is a Llama-shaped model from elsewhere ({layers|number} layers, {channels|number} channels, {vocab|number} tokens), but it lacks {missing}. Only files made by Sprout can be imported.',
  safetensors_gap:
    '{bytes|bytes} in the file, before “{tensor}”, belong to nothing. It is damaged and was not imported. Export or download it again.',
  safetensors_header:
    'The head of the file cannot be read: {reason}. It is damaged, or no .safetensors file. Export or download it again.',
  safetensors_header_length:
    'The file says its head is {length} bytes long, which cannot be in a file of {size|bytes}. It is damaged, or no .safetensors file. Export or download it again.',
  safetensors_metadata:
    'What the file says about its training cannot be read ({key}: {reason}). It was not imported. Export or download it again.',
  safetensors_no_model:
    'The file has {tensors|number} tensors, but no language model among them. Choose a file that Sprout saved.',
  safetensors_offsets:
    'The tensor “{tensor}” is said to lie from {begin|number} to {end|number}, outside the file of {size|bytes}. The file is damaged and was not imported. Export or download it again.',
  safetensors_overlap:
    'Two tensors of the file share bytes: “{tensor}” and “{other}”. It is damaged and was not imported. Export or download it again.',
  safetensors_shape:
    'The shape {shape} of “{tensor}” does not fit its bytes. The file is damaged and was not imported. Export or download it again.',
  safetensors_trailing:
    'The file goes on for {bytes|bytes} after its last tensor. It is damaged and was not imported. Export or download it again.',
  safetensors_truncated:
    'The file is cut off: {have|bytes} of {need|bytes} are there. Download or copy it again.',
  safetensors_version: 'The file was made by a newer Sprout (version {version}). Update this page.',
  ready_missing:
    'The ready-made model {file:string} is in the list of this site but not on it. Tell whoever serves it; until then, grow your own.',
  ready_unreachable:
    'The ready-made models cannot be reached. Check the network, or whether the server still runs, and press n again.',
  demo_missing: 'The ready-made model could not be read. Grow your own: that works without it.',
  not_encodable:
    'The engine had something to tell ({kind}), but a value in it is no number any more, so it is left out. The engine goes on. Where a model has grown without bounds, choose a smaller learning rate.',

  model_config: 'The model cannot have {field} = {value}; it must be {want}.',
  model_config_json: 'The description of the model in the file cannot be read.',
  model_not_finite:
    'The weights hold a value that is not a number, in “{tensor}”. Nothing was loaded. Choose another checkpoint or file.',
  model_preset: 'There is no model size “{preset}”. Sizes are {presets}.',
  model_tensor: 'The weight “{tensor}” has {have} numbers where the model needs {want}.',
  model_unsupported:
    'A model with {field} = {value} is of another kind than Sprout’s. Choose a file that Sprout saved.',

  no_teacher:
    'This run has no teacher to compare its model with. Start a stage of distillation first.',
  no_run: 'There is no run in progress.',
  run_busy: 'A run is in progress. Stop it first; it will be saved.',
  param_range:
    'The setting “{key}” must lie between {min|number} and {max|number}; it was {value|number}. Choose a value in between.',
  param_unknown:
    'This stage has no setting “{key}”. Leave it out, or choose the stage that it belongs to.',
  teacher_missing: 'This stage needs a teacher: a trained model that the student learns from.',
  student_shape:
    'The student to begin with has {key} = {have|number}, not {want|number}. A trained model keeps its shape: set {key} to {have|number}, or begin with a fresh student.',
  conversations_missing:
    'There are {count|number} conversations with an answer in the data. At least two are needed: one to learn from and one to test with.',
  conversations_too_long:
    'No conversation begins its answer within {context|number} tokens. Choose a larger context.',
  note_conversations_cut:
    '{cut|number} conversations are longer than {context|number} tokens and were cut; {lost|number} of them were left out, because their answers begin later.',
  replay_without_text:
    'There is no plain text to go over again. Choose the text that the model was pretrained on, or set the share of pretraining text to 0.',
  prompt_too_long:
    'The question “{prompt}” has {tokens|number} tokens; with an answer of up to {answer|number} it does not fit the {context|number} that the model reads at once. Shorten it, or allow shorter answers.',
  iteration_large:
    '{prompts|number} questions with {group|number} answers to each of up to {answer|number} tokens may have {tokens|number} tokens together, more than the {most|number} that are kept at a time. Ask fewer questions, take fewer answers to each, or allow shorter answers.',
  reward_missing:
    'Nobody says what an answer is worth. Choose a reward model, or the town, whose graders can score.',
  reward_graders:
    'Graders know the answers to the town’s questions only, and this run has other ones. Choose a reward model.',
  reward_head:
    'A checkpoint of the stage {stage} gives no rewards. Choose one of the stage reward.',
  reward_tokenizer:
    'The reward model was trained with another tokenizer than the model, so it would read other words. Choose one that grew from the same model.',
  reward_not_finite:
    'The reward model’s score of an answer is not a number. A run keeps its reward model: choose another one and start again from the last checkpoint’s weights.',
  score_empty: 'A reward model scores an answer to a question. Write both.',
  score_too_long:
    'The question has {tokens|number} tokens together with answer {answer|number}, but the reward model reads no more than {context|number}. Shorten one of them.',
  score_not_finite:
    'What the reward model says of this is not a number: its weights have grown too large. Go back to a checkpoint from before the run diverged.',
  note_logprob_gap:
    'Sampling and training disagree about the probability of a token by {gap} nats, more than the {limit} that rounding explains. The run goes on; where its curves look odd, choose workers at “Computes on” and begin again.',
  prompts_few:
    'There are {count} different questions in the file, but at least two are needed: one to practise on and one to measure on. Add some.',
  talk_unanswered:
    'Nobody answers in one of the conversations, so it is left out. Add a turn with the role “assistant”.',
  pairs_missing:
    'There are no preferences to learn from. Compare some answers first, or choose a file with pairs.',
  pairs_one_question:
    'All {pairs|number} pairs answer the same question. At least two questions are needed: one to learn from and one to test with.',
  pair_equal:
    'The two answers of pair {pair|number} are the same, so neither can be the better one. Change one, or leave the pair out.',
  pair_unanswered:
    'Pair {pair|number} has only one answer. A preference needs both, and each must end with what the assistant says.',
  pair_prompts:
    'The two answers of pair {pair|number} belong to different questions. Give both the same question, or leave the pair out.',
  pair_too_long:
    'Pair {pair|number} has {tokens|number} tokens, more than the {context|number} that are read at once. Shorten it or leave it out, or begin with a model that reads more at once.',
  judge_no_rules: 'A judge needs at least one principle to go by. Switch one on.',
  judge_unreachable:
    'The judge at {url} cannot be reached ({reason}). Check that it is running; what it has judged so far is kept.',
  judge_slow:
    'The judge did not answer within {seconds|number} seconds. What it has judged so far is kept; try again, or choose a faster judge.',
  judge_unauthorised:
    'The judge refused the request (status {status|number}). Put the right key into a file and start the server with -judge-key-file FILE; what it has judged so far is kept.',
  judge_nonsense:
    'The judge was to name A or B but said “{reply}”. What it has judged so far is kept; another judge may understand the question better.',
  label_unusable:
    'This opinion cannot be kept. It needs a question, two different answers, a probability between 0 and 1, and whose it is: compare another pair.',
  label_line:
    'Line {line|number} has no two different answers to one question. Correct it or leave it out; nothing of the file was imported.',
  labels_no_pairs: '{name} holds no preferences. Each line needs “chosen” and “rejected”.',
  town_needed: 'The questions come from a town. Choose the town as the data.',
  judge_busy:
    'The judge has too much to do. Try again in {seconds|number} seconds; what it has judged so far is kept.',
  judge_refused:
    'The judge’s endpoint refuses the request (status {status|number}): {reason}. Check the address and the model that the server was started with (-judge, -judge-model); what it has judged so far is kept.',
  judge_missing:
    'No outside judge is set up here. Start the server with -judge URL, or choose another judge.',
  judge_case:
    'This comparison cannot be sent to a judge. It may have a question and two different answers of at most {bytes|bytes} each, and up to {principles|number} principles of at most {rule|bytes}: shorten what is longer, or leave it out. What was judged so far is kept.',
  judge_free_text:
    'A judge trained here understands only the five principles of the town. Principles in your own words need an outside judge.',
  judge_stage:
    'A checkpoint of the stage “{have}” has not learned to judge. Choose one of the stage “judge”.',
  judge_letters:
    'This tokenizer does not write each of the letters ABDLSFHTdlsfhtx and the full stop as one token, so a judge can neither name an answer nor note what it finds. Use another tokenizer.',
  judge_without_town: 'A judge learns from the town’s graders. Choose the town as the data.',
  judge_too_long:
    'Comparison {comparison|number} may take {tokens|number} tokens, more than the {context|number} that the judge reads at once. Leave it out, or train a judge with a larger context.',
  pair_probability:
    'The probability of pair {pair|number} is {p}; it must be between 0 and 1. Correct that pair or leave it out.',
  note_pairs_unsure:
    '{left|number} of {pairs|number} pairs are left out, since their labels are less certain than {certainty}.',
  note_pairs_all_unsure:
    'Only {sure|number} of {pairs|number} labels are certain to {certainty}, too few to learn from: all are learned from.',
  note_head_start:
    'The student reads for {start|number} steps before it writes, and the run has {steps|number}: it never answers anything itself. Choose a shorter head start or more steps.',
  pairs_one_sided:
    'All {pairs|number} preferences go to the same side. Nothing can be learned from that but to choose always the same. Label some more, reading both answers, or import others.',
  candidates_alike:
    'The model gave the same answer to each of the {questions|number} questions every time, so nothing can be compared. Choose a model whose answers vary, such as one fresh from SFT.',
  adapter_config: 'The adapter cannot have {field} = {value}; it must be {want}.',
  adapter_config_json: 'The description of the adapter in the file cannot be read.',
  adapter_unsupported:
    'An adapter with {field} = {value} is of another kind than the ones that Sprout computes.',
  report_busy: 'Another report card is being made. Wait for it, or stop it.',
  report_stopped: 'The report card was stopped. Nothing of it is kept.',
  report_without_town:
    'Answers are graded by what is known of a town. Choose a model and a text of a town.',
  report_tokenizer:
    'The two models have different tokenizers, so their answers cannot be compared token by token. Choose models of one family.',
  report_stage:
    'A checkpoint of the stage “{stage}” writes no answers, so there is nothing to grade. Choose one that writes, such as one of SFT.',
  report_context:
    'The model reads {context|number} tokens at once, but a question has {tokens|number}: it cannot be asked. Choose a model with a larger context.',
  adapter_base_missing:
    'An adapter is nothing without the model that it was trained on. Choose that model as well.',
  adapter_base:
    'The adapter was not trained on “{base}” but on another model. Choose the one that it was trained on.',
  adapter_none: '“{name:string}” is a whole model and no adapter. Choose an adapter.',
  checkpoint_needed:
    'The adapter “{name:string}” is nothing without this model, so the model stays. Merge or delete the adapter first.',
  question_too_long:
    'The question has {tokens:number} tokens, but the model reads no more than {context:number} at once, its own answer included. Ask a shorter one.',
  writes_nothing: '“{name:string}” scores answers and writes none. Choose a model that writes.',
  stage_no_window: 'This stage packs no conversations, so it has no loss mask to show.',
  parent_adapter:
    'This checkpoint is an adapter: it changes a model and is none by itself. Choose its model to start from.',
  parent_missing: 'This stage goes on from a trained model. Choose a checkpoint to start from.',
  parent_preset:
    'The model is of the size “{have}”, not “{want}”. A stage keeps the size of the model that it starts from: choose “{have}”, or start from another model.',
  parent_stage:
    'A checkpoint of the stage “{have}” scores answers and cannot write any. Choose a language model.',
  parent_tokenizer:
    'The model was trained with another tokenizer, so its tokens would mean something else. Use the model’s own.',
  parent_vocab:
    'The parent model was grown with another tokenizer. A model knows tokens by number alone, so keep the tokenizer of the parent.',
  stage_unknown: 'There is no stage “{stage}”. Stages are {stages}.',
  not_resumable:
    'This checkpoint holds only the model and not the state of its training, so its run cannot go on. You can talk to it.',
  resume_data:
    'The run was made with another text or tokenizer. Choose the same ones to go on exactly.',
  resume_stage:
    'That checkpoint belongs to another stage. Resume it there, or start a new run from it here.',
  resume_state: 'What the checkpoint says about its run cannot be read. You can still talk to it.',
  resume_weights:
    'This checkpoint holds weights alone, so its run cannot go on exactly. You can talk to it.',
  resume_setting:
    'This run has answers that were made with {key} = {have|number}; it cannot go on with {want|number}. Leave that setting as it is, or start a new run from these weights.',
  training_diverged:
    'A value grew beyond all bounds at step {step|number}. Training stopped and went back to the last good step, {kept|number}, which is kept. Lower the learning rate and go on.',
  inspect_not_finite:
    'The model’s output is not a number, so there is nothing to see. Go back to a checkpoint from before its training diverged.',
  changes_unknown:
    'What has changed in “{name:string}” cannot be told: the model that it goes back to is no longer here, or has another shape.',
  token_unknown: 'This model has no token {token:number}; it knows those below {vocab:number}.',
  sampling_not_finite:
    'The model’s output is no longer a number, so it cannot write. Its training has diverged; go on from an earlier checkpoint with a lower learning rate.',
  sampling_setting: 'The setting {field} = {value} is not possible; it must be {want}.',
  journey_figure: 'What was measured is no number: {metrics}.',
  journey_needs: 'The step {step} was not made, since it needs {needs}.',
  journey_preset: 'There is no journey “{preset}”. There are {presets}.',
  journey_setting:
    'The setting “{setting}” belongs to no step of the journey. Write step.setting; the steps are {steps}.',
  journey_step: 'The journey has no step “{step}”. Its steps are {steps}.',
  journey_stopped: 'The journey was stopped. What was made is kept.',
  compute_asked: 'As you chose.',
  gpu_absent: 'This browser has no WebGPU, so workers compute.',
  gpu_insecure:
    'Browsers offer the GPU to a page only over a secure connection (https, or this very machine), so workers compute.',
  gpu_no_adapter: 'The browser has WebGPU but found no GPU, so workers compute.',
  gpu_software:
    'What the browser offers as a GPU ({adapter}) is imitated on the processor, which workers use better, so they compute.',
  gpu_faster:
    'Measured here on this model: the GPU ({adapter}) is {times|number} times as fast as the workers ({count|number} at work), so it computes.',
  gpu_slower:
    'Measured here on this model: the GPU ({adapter}) takes {times|number} times as long as the workers ({count|number} at work), so these compute.',
  gpu_too_small:
    'The model does not fit into the GPU ({adapter}): it needs {need|bytes} in one piece, and {limit|bytes} are allowed. Choose a smaller model or batch, or let workers compute.',
  gpu_failed: 'The GPU failed before the first step ({why}), so workers compute.',
  gpu_lost:
    'The GPU failed at step {step|number} ({why}). The run went back to its last copy, step {from|number}, and goes on with workers. Nothing else is lost.',
  worker_lost:
    'A worker was lost ({why}). Its part was computed again and no number has changed; training goes on with {count|number} at work.',

  storage_missing:
    'This browser keeps no data for the page (no IndexedDB). Training works; checkpoints live only as long as this tab. Download what you want to keep.',
  storage_blocked:
    'The browser or another tab does not let the page keep data: {reason}. Training works; checkpoints live only as long as this tab. Close other tabs of this page, or download what you want to keep.',
  storage_closed:
    'Another tab with a newer version of the page has taken over the storage. Reload this tab.',
  storage_failed:
    'The browser’s storage refused: {reason}. Training goes on, but that was not saved. Download what you want to keep.',
  storage_full:
    'There is no room to save: {need|bytes} are needed, {used|bytes} of {quota|bytes} are used. Training goes on. Delete or download old checkpoints to make room.',
  storage_read_only:
    'Another tab does the saving; in this one nothing can be changed. Close that tab and try again.',
  storage_version:
    'The saved data belong to a newer version of this page. Reload, or open the newer one.',
}
