import type { Translation } from '../i18n-types'

/** 发生了什么、该怎么办，按引擎的代码排列。 */
export const problems: Translation['problems'] = {
  internal: '引擎内部出了差错。已保存的都安全；如果再次发生，请刷新页面。',
  panic: '引擎出了错，停下了手里的事。已保存的检查点都安全。可以从最近的一个继续，或者刷新页面。',
  bad_command: '页面和引擎没有互相听懂。请刷新，让两边是同一个版本。',
  unknown_command: '引擎不认识“{type}”：页面和引擎版本不同。请刷新页面。',
  engine_lost:
    '引擎停了：{why}。已保存的检查点都安全，新的引擎正在接替。可以重新开始，或者从最近的检查点继续。',
  engine_not_loaded:
    '引擎没能载入：{why}。这个页面需要 WebAssembly。请刷新；如果还是不行，请换新版的 Firefox、Chrome 或 Safari。',

  file_empty: '“{name}”是空的。请选一个有文字的文件。',
  file_binary: '“{name}”不是文本，像是程序、图片或文档文件。请先另存为纯文本（.txt）。',
  file_unreadable: '“{name}”读不出来。它是不是被移动了，或者正被别的程序打开？请再选一次。',
  text_not_utf8:
    '“{name}”用的是旧编码：有 {percent|number}% 不是 UTF-8。请在编辑器里另存为 UTF-8，再选一次。',
  text_too_short: '“{name}”只有 {bytes|bytes} 的文字，至少要 {need|bytes} 才学得到东西。',
  context_too_long:
    '文本只有 {tokens|number} 个词元，而模型一次要看 {need|number} 个。请换长一些的文本，或者调小上下文长度。',
  jsonl_array: '“{name}”是一整个 JSON 数组。请改成每行一个对象，去掉外面的方括号。',
  jsonl_broken_line:
    '“{name}”的第 {line|number} 行不是合法的 JSON：{reason}。什么都没有载入；改好这一行再选一次。',
  jsonl_line_too_long: '“{name}”里有一行超过 {limit|bytes}。请拆成几条。',
  jsonl_no_records: '“{name}”里没有一行有可学的文字。请加上有文本、对话或成对回答的行。',
  jsonl_one_record: '“{name}”只有一个例子，没有可以留出来考的。请再加几个。',
  jsonl_unknown_keys:
    '“{name}”的第 {line|number} 行有 {keys} 这些键，但没有一个说明要学什么。请用 "text"、"messages" 或 "conversations"；成对的回答用 "prompt"、"chosen" 和 "rejected"。',
  jsonl_unknown_role:
    '“{name}”的第 {line|number} 行里，角色是“{role}”。角色只能是 system、user、assistant。',
  jsonl_wrong_type:
    '“{name}”的第 {line|number} 行里，“{key}”缺失，或者类型不对。改好这一行再选一次。',
  note_excerpt:
    '“{name}”有 {size|bytes}，只取其中 {limit|bytes}，从 {from|bytes} 处开始；种子相同，取的就相同。',
  note_utf16: '“{name}”原来是 UTF-16，已经转换。',
  note_utf8_replaced: '“{name}”里有 {count|number} 个坏字节，已换成 �，其余不变。',
  dataset_not_found: '这份文本已经不在了，请再选一次。',
  dataset_corrupt: '保存的文本“{name}”损坏了，请重新选择文件。',

  tokenizer_inconsistent: '这个 tokenizer.json 自相矛盾：{reason}。请换一个，或在这里学一个。',
  tokenizer_not_json: '这个 tokenizer.json 不是合法的 JSON：{reason}。请换一个，或在这里学一个。',
  tokenizer_too_large:
    '这个 tokenizer.json 有 {bytes|bytes}，最多只读 {limit|bytes}。请换一个，或在这里学一个。',
  tokenizer_unsupported:
    '这个 tokenizer.json 的切法，萌芽不认识（{field}）。请用萌芽写出的文件，或在这里学一个分词器。',
  tokenizer_not_found: '那个分词器已经不在这个标签页里了。重新学一次，很快。',

  checkpoint_not_found: '那个检查点已经不在了，也许在别的标签页里被删了。',
  checkpoint_corrupt:
    '保存的检查点“{name}”损坏了（{piece}）。其他的不受影响，请从更早的一个或下载过的文件继续。',
  checkpoint_half_range: '“{tensor}”里有个权重太大，16 位文件装不下（{value}）。请用 32 位导出。',
  checkpoint_not_finite:
    '文件的“{tensor}”里有一个不是数的值（{value}）。没有导入，带着它的模型只会写噪声。',
  checkpoint_tensor_extra:
    '文件里有一个这个模型放不下的张量：“{tensor}”。没有导入。请重新导出或下载。',
  checkpoint_tensor_missing:
    '文件缺少模型需要的张量：“{tensor}” {shape}。没有导入。请重新导出或下载。',
  checkpoint_tensor_shape:
    '张量“{tensor}”的形状是 {have}，而模型需要 {want}。没有导入。请重新导出或下载。',
  checkpoint_vocab:
    '检查点里的分词器有 {tokenizer|number} 个词元，模型却有 {model|number} 个，两者不是一对。请重新导出或下载。',
  safetensors_dtype: '张量“{tensor}”存成了 {dtype}，这里用不了。请导出为 F32、F16 或 BF16。',
  safetensors_duplicate: '文件里“{tensor}”这个名字出现了两次。没有导入。请重新导出或下载。',
  safetensors_foreign:
    '这是别处来的 Llama 式模型（{layers|number} 层，{channels|number} 个通道，{vocab|number} 个词元），但缺少 {missing}。只能导入萌芽做的文件。',
  safetensors_gap:
    '文件里“{tensor}”之前有 {bytes|bytes} 不属于任何东西。文件已损坏，没有导入。请重新导出或下载。',
  safetensors_header:
    '文件的头读不懂：{reason}。它损坏了，或者不是 .safetensors 文件。请重新导出或下载。',
  safetensors_header_length:
    '文件说自己的头有 {length} 字节，可整个文件才 {size|bytes}，不可能。它损坏了，或者不是 .safetensors 文件。请重新导出或下载。',
  safetensors_metadata:
    '文件里关于训练的说明读不懂（{key}：{reason}）。没有导入。请重新导出或下载。',
  safetensors_no_model: '文件里有 {tensors|number} 个张量，但没有语言模型。请选萌芽保存的文件。',
  safetensors_offsets:
    '张量“{tensor}”据说在 {begin|number} 到 {end|number}，超出了 {size|bytes} 的文件。文件已损坏，没有导入。请重新导出或下载。',
  safetensors_overlap:
    '文件里两个张量占了同样的字节：“{tensor}”和“{other}”。文件已损坏，没有导入。请重新导出或下载。',
  safetensors_shape:
    '“{tensor}”的形状 {shape} 和它的字节数对不上。文件已损坏，没有导入。请重新导出或下载。',
  safetensors_trailing:
    '文件在最后一个张量之后还多出 {bytes|bytes}。文件已损坏，没有导入。请重新导出或下载。',
  safetensors_truncated: '文件不完整：应有 {need|bytes}，只有 {have|bytes}。请重新下载或复制。',
  safetensors_version: '文件来自更新的萌芽（版本 {version}）。请更新这个页面。',
  ready_missing:
    '现成的模型 {file} 列在这个站点的清单里，文件却不在。请告诉提供网页的人；在那之前，请自己养一个。',
  ready_unreachable: '拿不到现成的模型。请检查网络，或看看服务器是否还开着，然后再按一次 n。',
  demo_missing: '现成的模型读不出来。养一个自己的吧，不靠它也行。',
  not_encodable:
    '引擎有一条消息（{kind}）里的值已经不是数了，只好略过。引擎照常运行。如果是模型发散了，请把学习率调小。',

  model_config: '模型的 {field} 不能是 {value}，应当是 {want}。',
  model_config_json: '文件里对模型的描述读不懂。',
  model_not_finite: '权重“{tensor}”里有不是数的值。什么都没有载入。请换一个检查点或文件。',
  model_preset: '没有“{preset}”这种大小。可选：{presets}。',
  model_tensor: '权重“{tensor}”有 {have} 个数，而模型需要 {want} 个。',
  model_unsupported: '{field} = {value} 的模型和萌芽不是一类。请选萌芽保存的文件。',

  no_teacher: '这次训练没有老师模型可比。请先开始一个蒸馏阶段。',
  no_run: '现在没有训练在进行。',
  run_busy: '有训练正在进行。请先停下，它会被保存。',
  param_range:
    '设置“{key}”必须在 {min|number} 到 {max|number} 之间，给的是 {value|number}。请改到这个范围内。',
  param_unknown: '这个阶段没有“{key}”这项设置。请去掉它，或选有这项设置的阶段。',
  teacher_missing: '这个阶段需要一位老师：学生要向一个训练好的模型学习。',
  student_shape:
    '作为起点的学生，{key} 是 {have|number}，不是 {want|number}。训练过的模型不能改变形状：请把 {key} 设为 {have|number}，或从新的学生开始。',
  conversations_missing:
    '数据里带回答的对话只有 {count|number} 段，至少要两段：一段用来学，一段用来测。',
  conversations_too_long: '没有一段对话的回答在前 {context|number} 个词元内开始。请把上下文调长。',
  note_conversations_cut:
    '有 {cut|number} 段对话超过 {context|number} 个词元，已截短；其中 {lost|number} 段的回答开始得太晚，没有采用。',
  replay_without_text:
    '没有可以温习的普通文本。请选模型预训练时用的文本，或把“预训练文本的比例”设为 0。',
  prompt_too_long:
    '问题“{prompt}”有 {tokens|number} 个词元，加上最长 {answer|number} 个词元的回答，超过了模型一次能读的 {context|number} 个。请缩短问题，或把回答的上限调小。',
  iteration_large:
    '{prompts|number} 个问题，每个 {group|number} 个回答，每个回答最长 {answer|number} 个词元，合起来最多有 {tokens|number} 个词元，超过了一次能留住的 {most|number} 个。请少问几个问题，少取几个回答，或把回答的上限调小。',
  reward_missing: '没有人给回答打分。请选一个奖励模型，或选小镇，由评分器打分。',
  reward_graders: '评分器只知道小镇问题的答案，而这次的问题不是小镇的。请选一个奖励模型。',
  reward_head: '阶段 {stage} 的检查点不会打分。请选阶段 reward 的检查点。',
  reward_tokenizer:
    '奖励模型训练时用的分词器与本模型不同，它读到的会是别的词。请选同一个模型长出来的。',
  reward_not_finite:
    '奖励模型给出的分数不是数字。一次训练中途不换奖励模型：请另选一个，从上一个检查点的权重重新开始。',
  score_empty: '奖励模型给一个问题的回答打分，问题和回答都要写。',
  score_too_long:
    '问题加上回答 {answer|number} 有 {tokens|number} 个词元，奖励模型一次最多读 {context|number} 个。请把其中一个写短些。',
  score_not_finite: '奖励模型给出的不是数字：它的权重太大了。请回到训练发散以前的检查点。',
  note_logprob_gap:
    '采样与训练对同一词元的概率相差 {gap} 纳特，超过舍入误差所能解释的 {limit}。训练会继续；如果曲线看着不对，请在“用什么算”里选“工作线程”，重新开始。',
  prompts_few: '文件里有 {count} 个不同的问题，至少要两个：一个用来练，一个用来测。请再加几个。',
  talk_unanswered: '有一段对话没有人回答，所以略去。请加上一条角色为 assistant 的话。',
  pairs_missing: '还没有可学的偏好。先比较几组回答，或选一个带成对回答的文件。',
  pairs_one_question:
    '{pairs|number} 对回答问的都是同一个问题。至少要有两个问题：一个用来学，一个用来测。',
  pair_equal: '第 {pair|number} 对的两个回答一模一样，分不出哪个更好。请改掉一个，或去掉这一对。',
  pair_unanswered: '第 {pair|number} 对只有一个回答。偏好需要两个，而且都要以助手的话结尾。',
  pair_prompts:
    '第 {pair|number} 对的两个回答不是针对同一个问题的。请让两边的问题相同，或去掉这一对。',
  pair_too_long:
    '第 {pair|number} 对有 {tokens|number} 个词元，超过了一次能读的 {context|number} 个。请缩短它或去掉它，或从一次能读得更多的模型开始。',
  judge_no_rules: '裁判至少要依据一条准则。请打开一条。',
  judge_unreachable: '连不上 {url} 的裁判（{reason}）。请确认它在运行；已经评好的都保留着。',
  judge_slow:
    '裁判在 {seconds|number} 秒内没有回答。已经评好的都保留着；请再试一次，或换一个更快的裁判。',
  judge_unauthorised:
    '裁判拒绝了请求（状态码 {status|number}）。请把正确的密钥放进文件，用 -judge-key-file 文件 启动服务器；已经评好的都保留着。',
  judge_nonsense:
    '裁判应当说 A 或 B，却说了“{reply}”。已经评好的都保留着；换一个裁判也许更能看懂问题。',
  label_unusable:
    '这条意见没法保存。它要有一个问题、两个不同的回答、0 到 1 之间的概率，还要知道是谁的意见。请比较另一对。',
  label_line:
    '第 {line|number} 行没有对同一个问题的两个不同回答。请改正或去掉这一行；文件里什么都没有导入。',
  labels_no_pairs: '{name} 里没有偏好。每一行都要有“chosen”和“rejected”。',
  town_needed: '问题来自小镇。请把数据选为小镇。',
  judge_busy: '裁判忙不过来。请过 {seconds|number} 秒再试；已经评好的都保留着。',
  judge_refused:
    '裁判的服务器拒绝了请求（状态码 {status|number}）：{reason}。请检查启动服务器时给的地址和模型（-judge、-judge-model）；已经评好的都保留着。',
  judge_missing: '这里没有设外面的裁判。请用 -judge 网址 启动服务器，或选别的裁判。',
  judge_case:
    '这一组比较没法交给裁判。要有一个问题和两个不同的回答，各不超过 {bytes|bytes}；准则最多 {principles|number} 条，每条不超过 {rule|bytes}。请缩短过长的，或去掉这一组。已经评好的都保留着。',
  judge_free_text: '在这里训练的裁判只懂小镇的五条准则。用自己的话写的准则要请外面的裁判。',
  judge_stage: '“{have}”阶段的检查点没有学过评判。请选“judge”阶段的检查点。',
  judge_letters:
    '这个分词器没有把 ABDLSFHTdlsfhtx 这些字母和句点各写成一个词元，裁判就没法指明回答，也没法记下看法。请换一个分词器。',
  judge_without_town: '裁判要跟小镇的评分器学。请把数据选为小镇。',
  judge_too_long:
    '第 {comparison|number} 组比较最多要 {tokens|number} 个词元，超过了裁判一次能读的 {context|number} 个。请去掉它，或训练一个上下文更长的裁判。',
  pair_probability: '第 {pair|number} 对的概率是 {p}，应当在 0 和 1 之间。请改好这一对或去掉。',
  note_pairs_unsure:
    '{pairs|number} 对中有 {left|number} 对没有用，因为标签的把握不到 {certainty}。',
  note_pairs_all_unsure:
    '{pairs|number} 个标签里只有 {sure|number} 个把握到 {certainty}，太少了，所以全部都学。',
  note_head_start:
    '学生要先读 {start|number} 步才动笔，而一共只有 {steps|number} 步，所以它从不自己作答。请把先读的步数调小，或者多练几步。',
  pairs_one_sided:
    '{pairs|number} 个偏好都偏向同一边。从中只能学会永远选同一个。请看过两个回答再多标一些，或导入别的标注。',
  candidates_alike:
    '对这 {questions|number} 个问题，模型每次的回答都一样，没有可比的。请选一个回答会有变化的模型，比如刚上完 SFT 的。',
  adapter_config: '适配器的 {field} 不能是 {value}，应当是 {want}。',
  adapter_config_json: '文件里对适配器的描述读不懂。',
  adapter_unsupported: '{field} = {value} 的适配器是另一种，萌芽不会算。',
  report_busy: '正在做另一张成绩单。请等它做完，或者停掉它。',
  report_stopped: '成绩单停下了，什么也没有留下。',
  report_without_town: '评分要靠小镇里已知的事实。请选小镇的模型和小镇的文本。',
  report_tokenizer: '两个模型的分词器不同，无法逐个词元地比较它们的回答。请选同一家族的模型。',
  report_stage: '{stage} 阶段的检查点不会写回答，没有可评分的内容。请选一个会写的，比如 SFT 的。',
  report_context:
    '模型一次只能读 {context|number} 个词元，而问题有 {tokens|number} 个，没法问它。请选一个上下文更长的模型。',
  adapter_base_missing: '适配器离开它所依附的模型就没有用。请把那个模型也选上。',
  adapter_base: '这个适配器不是在“{base}”上训练的。请选它原来的模型。',
  adapter_none: '“{name}”是完整的模型，不是适配器。请选一个适配器。',
  checkpoint_needed: '适配器“{name}”离不开这个模型，所以模型没有删除。请先合并或删除适配器。',
  question_too_long:
    '问题有 {tokens} 个词元，而模型一次最多只能看 {context} 个，回答也算在内。请问得短一些。',
  writes_nothing: '“{name}”只会给回答打分，不会写字。请选一个会写的模型。',
  stage_no_window: '这一阶段不打包对话，没有损失掩码可看。',
  parent_adapter: '这个检查点是适配器，只能改动一个模型，自己不是模型。请选它的模型作为起点。',
  parent_missing: '这一阶段要从训练好的模型接着走。请选一个检查点作为起点。',
  parent_preset:
    '模型的大小是“{have}”，不是“{want}”。后面的阶段沿用起点模型的大小：请选“{have}”，或换一个起点模型。',
  parent_stage: '“{have}”阶段的检查点只会打分，不会写字。请选一个语言模型。',
  parent_tokenizer: '模型是用另一个分词器训练的，词元的含义对不上。请用模型自己的分词器。',
  parent_vocab: '上一代模型用的是另一个分词器。模型只认编号，请沿用上一代的分词器。',
  stage_unknown: '没有“{stage}”这个阶段。可选：{stages}。',
  not_resumable: '这个检查点只有模型，没有训练状态，不能接着练，但可以和它说话。',
  resume_data: '那次训练用的是另一份文本或分词器。要分毫不差地继续，请选同样的。',
  resume_stage: '那个检查点属于另一个阶段。请到那个阶段继续，或在这里从它开始新的一次训练。',
  resume_state: '检查点里关于训练的记录读不懂，但还可以和它说话。',
  resume_weights: '这个检查点只有权重，不能原样接着练，但可以和它说话。',
  resume_setting:
    '这次训练里已有的回答是按 {key} = {have|number} 写的，不能改成 {want|number} 接着练。请保持原样，或者从这些权重开始一次新的训练。',
  training_diverged:
    '第 {step|number} 步有个值涨得没了边。训练停下，退回到最后正常的一步，即第 {kept|number} 步，已经留好。调小学习率再继续。',
  inspect_not_finite: '模型的输出不是数，没有什么可看的。请回到训练发散以前的检查点。',
  changes_unknown: '说不出“{name}”变了什么：它所出自的模型已经不在这里，或者形状不同。',
  token_unknown: '这个模型没有词元 {token}，它只认得编号小于 {vocab} 的。',
  sampling_not_finite:
    '模型的输出已经不是数了，写不出字来。它的训练已经发散，请从更早的检查点，用更小的学习率继续。',
  sampling_setting: '{field} = {value} 不行，应当是 {want}。',
  journey_figure: '量出来的不是数：{metrics}。',
  journey_needs: '{step} 这一步没有做，因为它需要 {needs}。',
  journey_preset: '没有叫“{preset}”的旅程，可选的有 {presets}。',
  journey_setting: '设置“{setting}”不属于旅程的任何一步。请写成“步骤.设置”，步骤有 {steps}。',
  journey_step: '旅程里没有“{step}”这一步，有的是 {steps}。',
  journey_stopped: '旅程停下了，已经做好的都留着。',
  compute_asked: '按你选的。',
  gpu_absent: '这个浏览器没有 WebGPU，所以由工作线程来算。',
  gpu_insecure:
    '只有通过安全连接（https，或者就在本机）打开的页面，浏览器才给用显卡，所以由工作线程来算。',
  gpu_no_adapter: '浏览器有 WebGPU，但没有找到显卡，所以由工作线程来算。',
  gpu_software:
    '浏览器给出的“显卡”（{adapter}）是用处理器模仿的，不如让工作线程直接用处理器，所以由它们来算。',
  gpu_faster:
    '在这台机器上用这个模型测得：显卡（{adapter}）的速度是 {count|number} 个工作线程的 {times|number} 倍，所以由它来算。',
  gpu_slower:
    '在这台机器上用这个模型测得：显卡（{adapter}）用的时间是 {count|number} 个工作线程的 {times|number} 倍，所以由工作线程来算。',
  gpu_too_small:
    '模型放不进显卡（{adapter}）：它要一整块 {need|bytes} 的内存，而显卡最多只给 {limit|bytes}。请选小一些的模型或批大小，或者让工作线程来算。',
  gpu_failed: '还没开始，显卡就出了错（{why}），所以由工作线程来算。',
  gpu_lost:
    '显卡在第 {step|number} 步出了错（{why}）。训练退回到最近的副本，即第 {from|number} 步，改由工作线程继续。别的什么也没有丢。',
  worker_lost:
    '有个工作线程没了（{why}）。它的那一份已经重新算过，数字没有任何变化；训练继续，现在有 {count|number} 个在算。',

  storage_missing:
    '这个浏览器不给页面存数据（没有 IndexedDB）。训练照常，但检查点关掉标签页就没有了。想留的请下载。',
  storage_blocked:
    '浏览器或另一个标签页不让保存数据：{reason}。训练照常，但检查点关掉标签页就没有了。请关掉这个页面的其他标签页，或者下载想留的。',
  storage_closed: '另一个标签页里更新版本的页面接管了存储。请刷新这一页。',
  storage_failed: '浏览器的存储拒绝了：{reason}。训练继续，但这次没有存上。想留的请下载。',
  storage_full:
    '存不下了：需要 {need|bytes}，已用 {used|bytes}，上限 {quota|bytes}。训练继续。请删除或下载旧的检查点，腾出地方。',
  storage_read_only: '由另一个标签页负责保存，这一页不能改动。请关掉那一页再试。',
  storage_version: '保存的数据属于更新版本的页面。请刷新，或者打开新的那个。',
}
