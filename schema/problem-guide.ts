// What lies behind each refusal and what to do about it, in both languages. The page /problems, to which every refusal points, is
// docs/errors.md, printed from this table by `npm run openapi`; the compiler wants an entry for every code.
import { problemCodes, problems, type ProblemCode } from './problems.ts'

/** Why a refusal is given and what to do, in the Markdown of docs/. */
export interface ProblemGuide { readonly why: string, readonly todo: string, readonly whyZh: string, readonly todoZh: string }

export const problemGuide: Readonly<Record<ProblemCode, ProblemGuide>> = {
  overloaded: {
    why: 'The server has as much work under way as it can take, or a limit of work at a time (files, digests, streams) is ' +
      'reached. Nothing was done.',
    todo: 'Wait as long as `Retry-After` says, then send the request again, with the same reference and a new signature.',
    whyZh: '服务器正在处理的工作已达上限（并发请求、文件、摘要或事件流），本次请求没有执行。',
    todoZh: '按 `Retry-After` 等待后重发：单号不变，重新签名。'
  },
  database_unavailable: {
    why: 'The database cannot be reached for a moment, as during a restart.',
    todo: 'Send the same request again shortly, with the same reference. Whatever had been done before is still done once.',
    whyZh: '数据库暂时无法访问，例如正在重启。',
    todoZh: '稍后用同一单号重发；之前即使已经成立，也只会成立一次。'
  },
  request_timeout: {
    why: 'The request did not arrive as a whole within 15 seconds: a slow line, or a Content-Length that is larger than the body.',
    todo: 'Send it again. Large files belong into `/v1/bulk-orders`, which takes them as a stream.',
    whyZh: '请求没有在 15 秒内完整到达：网络太慢，或 Content-Length 大于实际请求体。',
    todoZh: '重发。大文件请用以流接收的 `/v1/bulk-orders`。'
  },
  headers_too_large: {
    why: 'The request line and the headers together are above 16 kB.',
    todo: 'Send fewer or shorter headers; ask for long lists of SKUs with `POST /v1/stock/query`.',
    whyZh: '请求行与请求头合计超过 16 kB。',
    todoZh: '减少请求头；SKU 很多时改用 `POST /v1/stock/query`。'
  },
  malformed_request: {
    why: 'What arrived cannot be read as HTTP, its address cannot be decoded, or its body ended early.',
    todo: 'Send it with an HTTP library as it is, and look for a proxy that rewrites requests.',
    whyZh: '收到的内容不是有效的 HTTP，地址无法解码，或请求体提前结束。',
    todoZh: '用正常的 HTTP 库发送，并检查是否有代理改写了请求。'
  },
  not_found: {
    why: 'The address does not exist, or the thing is another reseller’s: both look the same. With a test key, live things are ' +
      'not there, and the reverse.',
    todo: 'Compare path and id with the reference. Find an order by your own number with `GET /v1/orders?reference=…`.',
    whyZh: '地址不存在，或资源属于别的分销商（两者看起来相同）。测试密钥看不到正式环境，反之亦然。',
    todoZh: '对照接口参考检查路径和 id；用 `GET /v1/orders?reference=…` 按自己的单号查订单。'
  },
  method_not_allowed: {
    why: 'The address is there, but not with this method.',
    todo: 'Take one of the methods that the header `Allow` names.',
    whyZh: '地址存在，但不支持这个方法。',
    todoZh: '使用响应头 `Allow` 中列出的方法。'
  },
  unsupported_media_type: {
    why: 'The body is of a type that this address does not take, or `Content-Type` is missing.',
    todo: 'Send `Content-Type: application/json`, or what the reference says for files.',
    whyZh: '请求体类型不被接受，或缺少 `Content-Type`。',
    todoZh: '发送 `Content-Type: application/json`；上传文件时按接口参考填写。'
  },
  not_acceptable: {
    why: '`Accept` leaves none of the forms that this address answers in.',
    todo: 'Leave `Accept` out, or name a form that the reference lists.',
    whyZh: '`Accept` 排除了该地址能给出的所有类型。',
    todoZh: '去掉 `Accept`，或填写接口参考中列出的类型。'
  },
  body_too_large: {
    why: 'The body is above what this address takes: 64 kB of JSON.',
    todo: 'Split it. For many lines use a bulk order, up to 100,000 lines.',
    whyZh: '请求体超出上限（JSON 为 64 kB）。',
    todoZh: '拆分请求；行数很多时使用批量订单（最多 10 万行）。'
  },
  body_not_allowed: {
    why: 'A GET or DELETE came with a body, which proxies may drop unseen.',
    todo: 'Send it without a body; filters go into the query.',
    whyZh: 'GET 或 DELETE 带了请求体，代理可能会悄悄丢弃它。',
    todoZh: '不要带请求体，筛选条件放进查询串。'
  },
  signature_missing: {
    why: '`Signature` or `Signature-Input` is not there: the request was not signed, or a proxy took the headers away.',
    todo: 'Sign the request ([step by step](signing.md)), or let the SDK do it.',
    whyZh: '没有 `Signature` 或 `Signature-Input`：请求未签名，或代理去掉了这些头。',
    todoZh: '按[签名步骤](signing.zh-CN.md)签名，或使用 SDK。'
  },
  token_not_accepted: {
    why: 'Bearer tokens are for reading; this call changes something, shows codes, or was sent with a signature as well.',
    todo: 'Sign the request with the key instead of sending the token.',
    whyZh: '访问令牌只用于读取；该操作会产生变更、会给出卡密，或同时又带了签名。',
    todoZh: '不用令牌，改用密钥签名。'
  },
  signature_malformed: {
    why: 'A quote, a space or a parameter of the signature headers is not as RFC 9421 has it, or there are several signatures.',
    todo: '`detail` says where. Compare with the worked example of the [signing guide](signing.md).',
    whyZh: '签名头里的引号、空格或参数不符合 RFC 9421，或者有多个签名。',
    todoZh: '`detail` 会指出位置；对照[签名指南](signing.zh-CN.md)里的完整示例。'
  },
  signature_expired: {
    why: '`created` is more than 300 seconds ago: a slow clock, or a signature that was kept.',
    todo: 'Set the clock by NTP, and sign every request anew, retries too.',
    whyZh: '`created` 早于 300 秒前：时钟偏慢，或重复使用了旧签名。',
    todoZh: '用 NTP 校时；每次请求（包括重试）都重新签名。'
  },
  signature_in_future: {
    why: '`created` is more than 30 seconds ahead of our clock, or it is in milliseconds.',
    todo: 'Set the clock by NTP; `created` is in whole seconds since 1970.',
    whyZh: '`created` 比服务器时间超前 30 秒以上，或误用了毫秒。',
    todoZh: '用 NTP 校时；`created` 是自 1970 年起的整秒数。'
  },
  signature_insufficient: {
    why: 'Something that must be covered is not: `@method`, `@path`, `@query`, `content-digest` with a body, and ' +
      '`idempotency-key` or `kahub-…` headers where they are sent.',
    todo: 'Cover what `uncovered` names.',
    whyZh: '必须参与签名的内容缺失：`@method`、`@path`、`@query`，有请求体时的 `content-digest`，以及所发送的 `idempotency-key` 和 `kahub-…` 头。',
    todoZh: '把 `uncovered` 列出的内容加入签名。'
  },
  signature_invalid: {
    why: 'What was signed is not what arrived (a query that was encoded anew, a proxy that changed the path, a line feed too ' +
      'many), the secret is another, or the key is unknown. Which of them is not told.',
    todo: 'Print your signature base and compare it with what the server saw: `POST /v1/debug/signature`. The secret is used as ' +
      'it stands, `khs_` included.',
    whyZh: '签名内容与到达的内容不一致（查询串被重新编码、代理改了路径、多了换行），或密钥内容不对，或密钥不存在；具体是哪一种不会透露。',
    todoZh: '打印自己的签名原文，用 `POST /v1/debug/signature` 与服务器所见对比。密钥按原样使用，包含 `khs_`。'
  },
  digest_missing: {
    why: 'A request with a body has no `Content-Digest`.',
    todo: 'Digest the bytes of the body, send the header and cover it.',
    whyZh: '有请求体却没有 `Content-Digest`。',
    todoZh: '对请求体字节计算摘要，发送该头，并让它参与签名。'
  },
  digest_malformed: {
    why: '`Content-Digest` is not of the form `sha-256=:BASE64:`.',
    todo: 'Write it so, with both colons and standard Base64.',
    whyZh: '`Content-Digest` 不是 `sha-256=:BASE64:` 的形式。',
    todoZh: '按此格式书写，两个冒号和标准 Base64 都不能少。'
  },
  digest_mismatch: {
    why: 'The body that arrived is not the one that was digested, often because a library wrote the JSON a second time.',
    todo: 'Make the text of the body once; digest it and send those very bytes.',
    whyZh: '到达的请求体与计算摘要的不是同一份，常见原因是库又序列化了一次 JSON。',
    todoZh: '只生成一次请求体文本，对它计算摘要并原样发送。'
  },
  nonce_reused: {
    why: 'This signature came before: it was sent twice, or nonces are not random.',
    todo: 'For a retry keep the reference and sign anew with a new nonce. Your first request may have been done: the same ' +
      'reference tells.',
    whyZh: '该签名已经用过：同一请求发了两次，或 nonce 不随机。',
    todoZh: '重试时保留单号、换新 nonce 重新签名。第一次请求可能已经成立，用同一单号即可得知。'
  },
  token_invalid: {
    why: 'The token was not made by this server, was cut, or belongs to the other world.',
    todo: 'Ask `POST /oauth/token` for a new one.',
    whyZh: '令牌不是本服务器签发的、被截断，或属于另一个环境。',
    todoZh: '向 `POST /oauth/token` 申请新令牌。'
  },
  token_expired: {
    why: 'Tokens live for ten minutes.',
    todo: 'Ask for a new one; do so a little before the end.',
    whyZh: '令牌有效期为十分钟。',
    todoZh: '申请新令牌，最好在到期前一点就更换。'
  },
  key_revoked: {
    why: 'The key was ended, by you or by the operator, or its rotation’s overlap is over.',
    todo: 'Sign with the key that took its place. If nobody of yours revoked it, look at `key.revoked` among your events.',
    whyZh: '密钥已被你或平台吊销，或轮换的重叠期已过。',
    todoZh: '改用替换它的密钥；若并非你方吊销，请查看事件 `key.revoked`。'
  },
  key_expired: {
    why: 'The key had an end, and it has come.',
    todo: 'Make a new key with one that is good (`POST /v1/keys`), or ask the operator. Rotate before the end next time.',
    whyZh: '密钥设有有效期，现已到期。',
    todoZh: '用仍有效的密钥新建（`POST /v1/keys`），或联系平台；下次请提前轮换。'
  },
  ip_not_allowed: {
    why: 'The key may be used from certain addresses only, and this is none of them. `detail` tells the address that was seen.',
    todo: 'Let the owner of the key add the address, or send from one that is allowed.',
    whyZh: '密钥只允许从指定地址使用；`detail` 给出了服务器看到的地址。',
    todoZh: '请密钥所有者加入该地址，或从允许的地址发送。'
  },
  reseller_suspended: {
    why: 'Your account is suspended or closed.',
    todo: 'Ask the operator. Nothing is lost: orders and balance stay as they are.',
    whyZh: '账户已被停用或关闭。',
    todoZh: '联系平台。订单和余额保持不变。'
  },
  scope_missing: {
    why: 'The key is good, but was not given the scope of this call, which `scope` names.',
    todo: 'Use a key that has it, or let the owner make one with `POST /v1/keys`.',
    whyZh: '密钥有效，但没有该操作需要的权限（见 `scope`）。',
    todoZh: '使用具备权限的密钥，或由所有者通过 `POST /v1/keys` 新建。'
  },
  sandbox_only: {
    why: 'The call sets up or resets a sandbox; the key is a live one, or the operator’s.',
    todo: 'Use a key that begins `key_test_`.',
    whyZh: '该操作用于布置或重置沙箱，而密钥是正式的或平台方的。',
    todoZh: '使用以 `key_test_` 开头的密钥。'
  },
  rate_limited: {
    why: 'More requests a minute than your level or key allows, or too many wrong signatures from one address.',
    todo: 'Wait as long as `Retry-After` says; `RateLimit` tells what is left. Ask for many SKUs at once, and let callbacks tell ' +
      'you instead of asking.',
    whyZh: '每分钟请求数超过等级或密钥上限，或同一地址签名错误过多。',
    todoZh: '按 `Retry-After` 等待，`RateLimit` 给出剩余额度。批量查询，并用回调代替轮询。'
  },
  reveal_quota_exceeded: {
    why: 'The key may look at so many codes in a day (UTC), and this would be more.',
    todo: 'Go on tomorrow, fetch fewer, or use another key; the limit can be changed by whoever manages keys.',
    whyZh: '该密钥每日（UTC）可查看的卡密数有限，本次会超出。',
    todoZh: '次日继续、减少数量或换用其他密钥；密钥管理者可以调整上限。'
  },
  version_unknown: {
    why: '`Kahub-Version` names a version that this server does not speak.',
    todo: 'Take one that `detail` names, or leave the header out: your key stays at its own version. See [versions](versions.md).',
    whyZh: '`Kahub-Version` 指定的版本不存在。',
    todoZh: '使用 `detail` 列出的版本，或不带该头：密钥会停留在自己的版本。见[版本](versions.zh-CN.md)。'
  },
  malformed_json: {
    why: 'The body is not JSON in UTF-8; `detail` says where reading stopped.',
    todo: 'Write it with a JSON library.',
    whyZh: '请求体不是 UTF-8 的 JSON；`detail` 指出出错位置。',
    todoZh: '用 JSON 库生成请求体。'
  },
  duplicate_json_key: {
    why: 'A name stands twice in one object, which readers understand differently.',
    todo: 'Send each name once.',
    whyZh: '同一对象中键名重复，不同解析器会有不同理解。',
    todoZh: '每个键只写一次。'
  },
  forbidden_json_key: {
    why: 'A name such as `__proto__` is in the body.',
    todo: 'Leave it out.',
    whyZh: '请求体含有 `__proto__` 之类的键名。',
    todoZh: '去掉它。'
  },
  graphql_request_invalid: {
    why: 'The request’s `query`, `variables` or `operationName` is missing or of the wrong type, or a GET asks for a mutation.',
    todo: 'Send `{"query": …, "variables": {…}}` as JSON by POST.',
    whyZh: 'GraphQL 请求的 `query`、`variables` 或 `operationName` 缺失或类型错误，或用 GET 执行变更。',
    todoZh: '用 POST 发送 JSON：`{"query": …, "variables": {…}}`。'
  },
  document_invalid: {
    why: 'The document cannot be parsed, or asks for fields and types that the schema does not have.',
    todo: '`detail` names the place; compare with the SDL in `schema.graphql` or in `/graphiql`.',
    whyZh: 'GraphQL 文档无法解析，或使用了不存在的字段、类型。',
    todoZh: '`detail` 指出位置；对照 `schema.graphql` 或 `/graphiql`。'
  },
  query_too_costly: {
    why: 'The document is too deep, has too many aliases, more than one mutation, or its lists multiply beyond the limit of cost.',
    todo: 'Ask for less at once: smaller `first`, fewer levels, several requests.',
    whyZh: '文档层级过深、别名过多、变更超过一个，或列表相乘后超出成本上限。',
    todoZh: '一次少取一些：减小 `first`、减少层级或分多次请求。'
  },
  invalid_request: {
    why: 'A field is missing, unknown, of the wrong type or out of its limits.',
    todo: '`errors` names each place by a JSON pointer and says what it must be. Correct it and send it again; the reference is free.',
    whyZh: '字段缺失、未知、类型不对或超出限制。',
    todoZh: '`errors` 用 JSON pointer 指出每一处及要求；改正后重发，单号没有被占用。'
  },
  sandbox_fault_invalid: {
    why: '`Kahub-Sandbox` names a fault that does not exist, or one that cannot be made at this call.',
    todo: 'Take a fault that `detail` names; see the [sandbox](sandbox.md).',
    whyZh: '`Kahub-Sandbox` 指定的故障不存在，或不适用于该操作。',
    todoZh: '使用 `detail` 列出的故障；见[沙箱](sandbox.zh-CN.md)。'
  },
  cursor_invalid: {
    why: 'The cursor was not given for this list with these filters, or it was changed on its way.',
    todo: 'Send `next_cursor` back as it stands, with the same filters, or begin anew without it.',
    whyZh: '游标不属于该列表和筛选条件，或被修改过。',
    todoZh: '原样带回 `next_cursor` 且筛选条件不变，或从头开始。'
  },
  reference_missing: {
    why: 'A creating call has neither `reference` nor `Idempotency-Key`.',
    todo: 'Send your own number for it. It makes the call safe to repeat; see [idempotency](idempotency.md).',
    whyZh: '创建类操作既没有 `reference` 也没有 `Idempotency-Key`。',
    todoZh: '带上自己的单号，这样可以安全重发；见[幂等与超时](idempotency.zh-CN.md)。'
  },
  reference_mismatch: {
    why: '`reference` and `Idempotency-Key` are both there and differ.',
    todo: 'Send one of them, or the same in both.',
    whyZh: '`reference` 与 `Idempotency-Key` 同时存在且不同。',
    todoZh: '只发一个，或两者相同。'
  },
  reference_reused: {
    why: 'The reference was used before, with other fields; `errors` names them. What was made then is unchanged.',
    todo: 'A retry must have the same fields. For something new take a new number.',
    whyZh: '单号已用于不同内容，`errors` 列出不同的字段；原来的结果不变。',
    todoZh: '重试必须内容相同；新的业务请用新的单号。'
  },
  reference_void: {
    why: 'You reversed this number before an order came with it, so that the order can never be placed.',
    todo: 'Order under a new number, if you still want it.',
    whyZh: '该单号在订单到达之前已被你冲正，因此永远不会成单。',
    todoZh: '如仍需采购，请换新单号。'
  },
  quote_not_found: {
    why: 'No quote of yours has this id.',
    todo: 'Look at the id; a quote of another key of yours is fine, of another reseller is not.',
    whyZh: '你没有这个 id 的报价。',
    todoZh: '检查 id；自己其他密钥的报价可用，别的分销商的不可用。'
  },
  quote_used: {
    why: 'The quote paid for another order, which `order` names. A quote is good for one.',
    todo: 'Ask for a new quote.',
    whyZh: '报价已用于另一张订单（见 `order`）；一个报价只能用一次。',
    todoZh: '重新询价。'
  },
  quote_expired: {
    why: 'The quote’s time is over.',
    todo: 'Ask for a new quote, or order without one at the price of now.',
    whyZh: '报价已过期。',
    todoZh: '重新询价，或不带报价按现价下单。'
  },
  quote_changed: {
    why: 'The order’s lines are not those that were quoted.',
    todo: 'Order exactly what was quoted, or ask for a quote of what you want.',
    whyZh: '订单明细与报价不一致。',
    todoZh: '按报价内容下单，或重新询价。'
  },
  hold_not_found: {
    why: 'No hold of yours has this id.',
    todo: 'Look at the id.',
    whyZh: '你没有这个 id 的预占。',
    todoZh: '检查 id。'
  },
  hold_ended: {
    why: 'The hold was used by an order, cancelled, or broken because its stock was withdrawn.',
    todo: 'Order without it, or hold anew.',
    whyZh: '预占已被订单使用、已取消，或因库存撤下而中断。',
    todoZh: '不带预占下单，或重新预占。'
  },
  hold_expired: {
    why: 'The hold’s time is over; its stock is on sale again.',
    todo: 'Order without it, or hold anew.',
    whyZh: '预占已到期，库存已重新可售。',
    todoZh: '不带预占下单，或重新预占。'
  },
  hold_limit_exceeded: {
    why: 'Your level bounds for how long, and how many codes at once, you may hold.',
    todo: 'Hold less or shorter, release holds you do not need, or ask the operator for another level.',
    whyZh: '等级限制了预占的时长和数量。',
    todoZh: '减少数量或时长，释放不需要的预占，或请平台调整等级。'
  },
  sku_not_found: {
    why: 'No SKU has this id, or it was delisted.',
    todo: 'Leave out the lines that `errors` names, and synchronise the catalogue (`updated_after`).',
    whyZh: '没有这个 SKU，或已下架。',
    todoZh: '去掉 `errors` 列出的行，并用 `updated_after` 同步目录。'
  },
  sku_not_for_sale: {
    why: 'The SKU is paused, or of a kind that cannot be ordered.',
    todo: 'Leave it out, or try later; a subscription tells when it is back.',
    whyZh: 'SKU 已暂停，或其类型不能下单。',
    todoZh: '去掉该行或稍后再试；可用订阅得知恢复。'
  },
  price_missing: {
    why: 'No price is set for you.',
    todo: 'Ask the operator.',
    whyZh: '该 SKU 没有为你定价。',
    todoZh: '联系平台。'
  },
  currency_mixed: {
    why: 'An order is paid from one wallet, so its lines are of one currency.',
    todo: 'Place an order per currency.',
    whyZh: '一张订单只用一个币种的余额支付。',
    todoZh: '按币种分别下单。'
  },
  quantity_out_of_bounds: {
    why: 'The SKU has a smallest and a largest quantity per order.',
    todo: 'Keep between `quantity_min` and `quantity_max` of the SKU.',
    whyZh: 'SKU 设有每单最小和最大数量。',
    todoZh: '数量应在 `quantity_min` 与 `quantity_max` 之间。'
  },
  quantity_off_step: {
    why: 'The SKU is sold in steps, as in packs of ten.',
    todo: 'Take a multiple of `quantity_step`.',
    whyZh: 'SKU 按步长出售，例如 10 个一组。',
    todoZh: '数量取 `quantity_step` 的整数倍。'
  },
  wallet_missing: {
    why: 'You have no wallet in the currency of the SKUs.',
    todo: 'Ask the operator to open one.',
    whyZh: '没有该币种的余额账户。',
    todoZh: '请平台开通。'
  },
  out_of_stock: {
    why: 'Fewer codes are on the shelf than the order wants. Nothing was taken.',
    todo: 'Say `fill: "partial"` to get what there is, order less, or later. The reference is free. A subscription `back` tells ' +
      'when there is stock.',
    whyZh: '货架上的数量不足，什么都没有扣。',
    todoZh: '用 `fill: "partial"` 先买有的，或减少数量、稍后再试，单号没有被占用；可订阅 `back` 得知到货。'
  },
  price_above_max: {
    why: 'The total is above your `max_total`: a price has changed since you looked. Nothing was taken.',
    todo: 'Look at the price of now (`GET /v1/prices`), then say more or buy less. A quote binds prices.',
    whyZh: '总价高于你设的 `max_total`：价格已变。什么都没有扣。',
    todoZh: '查看现价（`GET /v1/prices`）后提高上限或减少数量；报价可以锁定价格。'
  },
  insufficient_balance: {
    why: 'The wallet and its credit do not cover the total; `required` and `available` tell both. Nothing was taken.',
    todo: 'Top up, then send the same order with the same reference.',
    whyZh: '余额加信用额度不足，见 `required` 与 `available`；什么都没有扣。',
    todoZh: '充值后用同一单号重发同一订单。'
  },
  budget_exceeded: {
    why: 'A budget of the key or the cost center has less left this month than the total.',
    todo: 'Wait for the next month (UTC), order less, or let the owner raise the budget. See [approvals and budgets](approvals.md).',
    whyZh: '密钥或成本中心本月预算不足。',
    todoZh: '等到下个月（UTC）、减少数量，或请负责人提高预算。见[审批与预算](approvals.zh-CN.md)。'
  },
  codes_revealed: {
    why: 'A code that was shown to you may have been used, so it cannot be given back.',
    todo: 'Cancel what was not revealed: `POST /v1/orders/{id}/cancel` with `codes: "unrevealed"`.',
    whyZh: '已显示过的卡密可能已被使用，不能退回。',
    todoZh: '只取消未查看的：`POST /v1/orders/{id}/cancel`，`codes: "unrevealed"`。'
  },
  reversal_too_late: {
    why: 'Codes are taken back for 48 hours after the order, or its approval.',
    todo: 'Keep them, or ask the operator.',
    whyZh: '退回时限为下单（或批准）后 48 小时。',
    todoZh: '保留卡密，或联系平台。'
  },
  approval_by_maker: {
    why: 'The key that ordered, or one it was rotated from or to, may not decide.',
    todo: 'Let the holder of another key with `orders:approve` decide.',
    whyZh: '下单密钥及其轮换前后的密钥都不能审批。',
    todoZh: '由另一把有 `orders:approve` 权限的密钥审批。'
  },
  approval_expired: {
    why: 'Nobody decided in time; what was set aside is free again.',
    todo: 'Order again, under a new reference.',
    whyZh: '无人按时审批，预占已释放。',
    todoZh: '用新单号重新下单。'
  },
  codes_not_revealed: {
    why: 'The digest is over codes you have seen, and some were not revealed yet.',
    todo: 'Fetch all codes of the order first.',
    whyZh: '摘要只针对已查看的卡密，仍有未查看的。',
    todoZh: '先取完该订单的全部卡密。'
  },
  delivery_sealed: {
    why: 'Your codes leave sealed to your own key only, and this form (CSV) cannot be sealed.',
    todo: 'Ask for NDJSON or JSON; see [sealed delivery](sealed-delivery.md).',
    whyZh: '卡密只以加密形式交付，而该格式（CSV）无法加密。',
    todoZh: '改用 NDJSON 或 JSON；见[加密交付](sealed-delivery.zh-CN.md)。'
  },
  bulk_file_unreadable: {
    why: 'The file is no CSV, NDJSON or JSON of order lines, or no UTF-8.',
    todo: 'Begin with the template: `GET /v1/bulk-orders/template`. `detail` says where reading stopped.',
    whyZh: '文件不是订单明细的 CSV、NDJSON 或 JSON，或不是 UTF-8。',
    todoZh: '从模板开始：`GET /v1/bulk-orders/template`；`detail` 指出出错位置。'
  },
  bulk_file_too_large: {
    why: 'The file has more lines, codes or bytes than one bulk order takes.',
    todo: 'Split it into several bulk orders.',
    whyZh: '文件的行数、卡密数或字节数超出上限。',
    todoZh: '拆成多个批量订单。'
  },
  encryption_key_private: {
    why: 'The JWK holds a private part. It was not kept, but it has travelled.',
    todo: 'Make a new pair, and send its public half only.',
    whyZh: 'JWK 含有私钥部分。我们没有保存，但它已经传输过。',
    todoZh: '重新生成密钥对，只上传公钥。'
  },
  encryption_key_weak: {
    why: 'The key is too short, off its curve, meant for signatures, or of a kind we do not seal to.',
    todo: 'Register X25519, P-256, or RSA of 2048 bits or more; see [sealed delivery](sealed-delivery.md).',
    whyZh: '密钥过短、不在曲线上、用于签名，或类型不支持。',
    todoZh: '使用 X25519、P-256 或 2048 位以上的 RSA；见[加密交付](sealed-delivery.zh-CN.md)。'
  },
  url_not_allowed: {
    why: 'Callbacks go to public hosts over https; this is a private address, another scheme or port, or has a name and password in it.',
    todo: 'Register a public https address. While developing, `kahub listen` forwards to your machine; see [callbacks](callbacks.md).',
    whyZh: '回调只发往公网 https；该地址是内网地址、其他协议或端口，或含有账号密码。',
    todoZh: '登记公网 https 地址；开发时用 `kahub listen` 转发到本机，见[回调](callbacks.zh-CN.md)。'
  },
  callback_host_unknown: {
    why: '`callback_url` of an order must have the scheme, host and port of one of your endpoints.',
    todo: 'Register an endpoint on that host first.',
    whyZh: '订单的 `callback_url` 必须与某个已登记地址的协议、主机和端口一致。',
    todoZh: '先登记该主机的回调地址。'
  },
  events_expired: {
    why: 'Events are kept for 30 days, and these are older.',
    todo: 'Read orders and wallets themselves, then go on from the newest event.',
    whyZh: '事件只保留 30 天。',
    todoZh: '直接读取订单和余额，然后从最新事件继续。'
  },
  link_price_too_low: {
    why: 'The retail price of a SKU is below what it may be: below what you pay for it plus the host’s commission, or below the platform’s minimum retail price.',
    todo: 'Raise the price to at least `minimum`, or lower the commission.',
    whyZh: '零售价低于允许值：低于进货价加主播佣金，或低于平台规定的最低零售价。',
    todoZh: '把价格提高到 `minimum` 以上，或降低佣金。'
  },
  gateway_not_found: {
    why: 'No gateway with this name is enabled for this currency.',
    todo: 'Ask `GET /v1/gateways` which there are.',
    whyZh: '没有为该币种启用的此支付渠道。',
    todoZh: '用 `GET /v1/gateways` 查询可用渠道。'
  },
  gateway_unavailable: {
    why: 'The payment gateway did not answer. Nothing is lost: whether money came is asked of it until it says so.',
    todo: 'Try again in a moment, or pay another way.',
    whyZh: '支付渠道没有响应。款项不会丢失：系统会持续向渠道查询是否到账。',
    todoZh: '稍后重试，或换一种支付方式。'
  },
  gateway_refused: {
    why: 'The payment gateway refused, mostly because of how it is configured.',
    todo: 'Pay another way, and tell the operator.',
    whyZh: '支付渠道拒绝了请求，通常是渠道配置有误。',
    todoZh: '换一种支付方式，并联系平台方。'
  },
  payment_news_invalid: {
    why: 'A message to the address for payment news was not signed by its gateway, is for another account, too old, or names no payment of ours.',
    todo: 'If you are the operator: compare keys and account of the gateway’s configuration. Gateways send it again.',
    whyZh: '发往支付通知地址的消息不是该渠道签名的、属于其他商户、已过期，或不对应任何支付单。',
    todoZh: '平台方请核对渠道的密钥与商户号；渠道会自动重发。'
  },
  amount_out_of_bounds: {
    why: 'The amount is below the smallest or above the largest that can be paid in.',
    todo: 'Send an amount within the bounds told in `detail`.',
    whyZh: '金额低于最小值或高于最大值。',
    todoZh: '按 `detail` 中的范围调整金额。'
  },
  link_not_started: {
    why: 'The purchase link opens at a later time.',
    todo: 'Come back at `starts_at`.',
    whyZh: '购买链接尚未到开售时间。',
    todoZh: '请在 `starts_at` 之后再来。'
  },
  link_paused: {
    why: 'The host has paused the sale.',
    todo: 'Wait for the host to go on.',
    whyZh: '主播已暂停销售。',
    todoZh: '请等待主播恢复销售。'
  },
  link_ended: {
    why: 'The sale has ended, or its time is over.',
    todo: 'Look for a newer link of the host.',
    whyZh: '活动已结束或已过截止时间。',
    todoZh: '请查看主播的新链接。'
  },
  link_sold_out: {
    why: 'All that the link sells is sold, or set aside for buyers who are paying.',
    todo: 'While others are still paying, pieces may come back within ten minutes.',
    whyZh: '链接内商品已售罄，或正被其他买家支付中。',
    todoZh: '若仍有人在支付，十分钟内可能释放名额，可稍后再试。'
  },
  price_changed: {
    why: 'The host changed the price after the page was shown.',
    todo: 'Look at the new price, and decide again.',
    whyZh: '页面打开之后主播修改了价格。',
    todoZh: '查看新价格后再确认购买。'
  },
  contact_invalid: {
    why: 'The phone number or the e-mail address cannot be one.',
    todo: 'Write a phone number with its country code (without one it is read as Chinese), or an e-mail address.',
    whyZh: '手机号或邮箱格式无效。',
    todoZh: '填写手机号（无国家码按中国大陆处理）或邮箱。'
  },
  buyer_limit_reached: {
    why: 'The link sells only so many to one buyer, counting what is being paid for.',
    todo: 'Pay what you have begun; more is not sold to you through this link.',
    whyZh: '该链接限制每人购买数量，支付中的也计算在内。',
    todoZh: '请先完成已有订单的支付；超出限购数量不可再买。'
  },
  challenge_needed: {
    why: 'The link is asked so often that every buyer’s browser has to compute a little first, or what was computed is wrong or too old.',
    todo: 'Reload the page with JavaScript allowed, and press again.',
    whyZh: '该链接访问量异常，每位买家的浏览器需先完成一次小型计算，或计算结果有误、已过期。',
    todoZh: '允许 JavaScript 后刷新页面再试。'
  },
  checkout_ended: {
    why: 'The purchase was cancelled, has expired, or is paid.',
    todo: 'Look at its receipt; to buy again, begin at the link.',
    whyZh: '该笔购买已取消、已过期或已支付。',
    todoZh: '查看其凭证页；如需再次购买请从链接重新开始。'
  },
  codes_of_buyer: {
    why: 'The order was bought by a buyer through a purchase link; its codes are shown on the buyer’s receipt and nowhere else.',
    todo: 'Point the buyer to the receipt. Such an order cannot be given back by you.',
    whyZh: '该订单由买家通过购买链接购得，卡密仅在买家的凭证页显示。',
    todoZh: '请引导买家打开凭证页；此类订单不能由分销商退回。'
  },
  in_use: {
    why: 'Something else depends on it, or it is the last of its kind.',
    todo: '`detail` says what; end or change that first.',
    whyZh: '仍被其他数据引用，或是最后一个。',
    todoZh: '`detail` 说明引用者，先处理它。'
  },
  state_conflict: {
    why: 'The thing is in a state that does not allow this; `state` or `detail` names it.',
    todo: 'Read it again, then decide. Nothing was changed.',
    whyZh: '当前状态不允许该操作，见 `state` 或 `detail`。',
    todoZh: '重新读取后再决定；什么都没有改变。'
  },
  price_below_cost: {
    why: 'A price rule would sell below the highest cost on the shelf.',
    todo: 'Raise the price, or mark the loss as deliberate.',
    whyZh: '定价规则会低于货架上的最高成本。',
    todoZh: '提高价格，或标明是有意亏损。'
  },
  credit_in_use: {
    why: 'The reseller uses more credit than the new limit.',
    todo: 'Set a limit that covers what is in use, or wait for a deposit.',
    whyZh: '已使用的信用超过新额度。',
    todoZh: '设置不低于已用额度的上限，或等待充值。'
  },
  import_part_unexpected: {
    why: 'Parts of an import come one after the other; another one is expected, which `expected` names.',
    todo: 'Send that part. Parts that came are kept.',
    whyZh: '导入分片必须按序到达，应发送 `expected` 指定的分片。',
    todoZh: '发送该分片；已到达的分片会保留。'
  },
  import_invalid: {
    why: 'Lines of the file are no codes: too long, empty, with bad characters, or expired.',
    todo: 'Correct the lines that `errors` names. Nothing was stocked.',
    whyZh: '文件中有无效行：过长、为空、字符非法或已过期。',
    todoZh: '改正 `errors` 列出的行；没有任何入库。'
  },
  code_already_stocked: {
    why: 'A code of the file is in stock or was ever sold: a supplier sent it twice.',
    todo: 'Take the lines that `errors` names out, and ask the supplier. Nothing was stocked.',
    whyZh: '文件中的卡密已在库或曾售出：供货商重复提供。',
    todoZh: '去掉 `errors` 列出的行并询问供货商；没有任何入库。'
  },
  code_not_on_shelf: {
    why: 'A code that is to be voided was sold, or is not there.',
    todo: 'Take it off the list; a code that was sold is a matter of its order.',
    whyZh: '要作废的卡密已售出或不存在。',
    todoZh: '从列表中去掉；已售出的按订单处理。'
  },
  internal_error: {
    why: 'A fault of ours. It is written down under `request_id`.',
    todo: 'Send the same request again with the same reference. If it stays, ask us with the request id.',
    whyZh: '我方故障，已按 `request_id` 记录。',
    todoZh: '用同一单号重发；若仍出现，请带 request id 联系我们。'
  }
}

/** The document of all refusals, docs/errors.md or docs/errors.zh-CN.md. */
export function printProblemGuide (language: 'en' | 'zh-CN'): string {
  const words = texts[language]
  const sections = problemCodes.flatMap(code => {
    const { status, title, titleZh, retryable = false } = problems[code]
    const { why, todo, whyZh, todoZh } = problemGuide[code]
    const [name, reason, advice] = language === 'en' ? [title, why, todo] : [titleZh, whyZh, todoZh]
    const family = families[code]
    return [
      ...family ? [`## ${family[language]}`] : [],
      `### ${code}\n**${name}.** ${status}${retryable ? `, ${words.retryable}` : ''}`,
      `- **${words.why}** ${reason}\n- **${words.todo}** ${advice}`
    ]
  })
  return [words.head, ...sections].join('\n\n') + '\n'
}

/** The code that each family of refusals begins with. */
const families: Readonly<Partial<Record<ProblemCode, Readonly<Record<'en' | 'zh-CN', string>>>>> = {
  overloaded: { en: 'Transport', 'zh-CN': '传输' },
  signature_missing: { en: 'Who is calling', 'zh-CN': '身份与签名' },
  malformed_json: { en: 'What is said', 'zh-CN': '请求内容' },
  quote_not_found: { en: 'Quotes and holds', 'zh-CN': '报价与预占' },
  sku_not_found: { en: 'Orders', 'zh-CN': '订单' },
  codes_revealed: { en: 'After the order', 'zh-CN': '成交之后' },
  bulk_file_unreadable: { en: 'Files of bulk orders', 'zh-CN': '批量订单文件' },
  encryption_key_private: { en: 'Sealed delivery', 'zh-CN': '加密交付' },
  url_not_allowed: { en: 'Callbacks', 'zh-CN': '回调' },
  in_use: { en: 'What the operator does', 'zh-CN': '平台方操作' },
  internal_error: { en: 'Ours', 'zh-CN': '我方故障' }
}

const texts = {
  en: {
    retryable: 'the same request may succeed later',
    why: 'Why:',
    todo: 'What to do:',
    head: `# Errors

Every refusal is \`application/problem+json\` (RFC 9457) with a stable \`code\`, and nothing was done: a reference that was refused is free.
Decide by the \`code\`, never by the sentence in \`detail\`; codes may be added.

\`\`\`json
{
  "type": "/problems#out_of_stock",
  "title": "There is not enough stock",
  "title_zh": "库存不足",
  "status": 409,
  "detail": "Only 3 of the 10 wanted are there.",
  "code": "out_of_stock",
  "request_id": "req_0000000000001",
  "retryable": true,
  "errors": [{ "pointer": "/lines/0/quantity", "detail": "3 are available" }]
}
\`\`\`

| you get | do |
|---|---|
| no answer at all, a time-out, 5xx, 408 | send the same again, with the same reference and a new signature: [idempotency and time-outs](idempotency.md) |
| 429, 503 | wait as long as \`Retry-After\` says, then the same |
| \`retryable: true\` | the same request may succeed later: when there is stock, or money |
| 401 | the signature: [signing, step by step](signing.md) |
| any other 4xx | change the request; \`errors\` names each place |

Below they stand in order of precedence: of several that apply, the first is told. With the SDK every refusal is an error with this
\`code\`, \`requestId\` and \`reference\`.`
  },
  'zh-CN': {
    retryable: '同一请求稍后可能成功',
    why: '原因：',
    todo: '怎么办：',
    head: `# 错误码

所有拒绝都是 \`application/problem+json\`（RFC 9457），带有稳定的 \`code\`，并且什么都没有发生：被拒绝的单号没有被占用。
请按 \`code\` 判断，不要按 \`detail\` 里的句子判断；今后可能增加新的 \`code\`。

\`\`\`json
{
  "type": "/problems#out_of_stock",
  "title": "There is not enough stock",
  "title_zh": "库存不足",
  "status": 409,
  "detail": "Only 3 of the 10 wanted are there.",
  "code": "out_of_stock",
  "request_id": "req_0000000000001",
  "retryable": true,
  "errors": [{ "pointer": "/lines/0/quantity", "detail": "3 are available" }]
}
\`\`\`

| 得到 | 怎么做 |
|---|---|
| 没有应答、超时、5xx、408 | 用同一单号、新的签名重发同一请求：[幂等与超时](idempotency.zh-CN.md) |
| 429、503 | 按 \`Retry-After\` 等待后重发 |
| \`retryable: true\` | 有库存或有余额之后，同一请求可能成功 |
| 401 | 签名问题：[签名步骤](signing.zh-CN.md) |
| 其他 4xx | 修改请求；\`errors\` 指出每一处 |

以下按优先顺序排列：同时符合多个时，只返回最前面的一个。使用 SDK 时，每个拒绝都是带有 \`code\`、\`requestId\`、\`reference\` 的错误对象。`
  }
} as const
