// Every refusal kahub can give, in order of precedence: when several apply, the one that stands first is told.
// HTTP, openapi.yaml, the SDK and the docs are fed from this table; test/contract proves it complete.

interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly titleZh: string
  /** The same request may succeed later without being changed. */
  readonly retryable?: true
}

const table = {
  // transport
  overloaded: { status: 503, title: 'The server has more work than it can take', titleZh: '服务繁忙，请稍后重试', retryable: true },
  database_unavailable: { status: 503, title: 'The database cannot be reached', titleZh: '数据库暂不可用，请稍后重试', retryable: true },
  request_timeout: { status: 408, title: 'The request did not arrive in time', titleZh: '请求接收超时', retryable: true },
  headers_too_large: { status: 431, title: 'The headers are too large', titleZh: '请求头过大' },
  malformed_request: { status: 400, title: 'The request is not valid HTTP', titleZh: '请求不是有效的 HTTP' },
  not_found: { status: 404, title: 'There is nothing at this address for you', titleZh: '资源不存在' },
  method_not_allowed: { status: 405, title: 'This address does not take this method', titleZh: '不支持该请求方法' },
  unsupported_media_type: { status: 415, title: 'The content type is not one this address takes', titleZh: '不支持的内容类型' },
  not_acceptable: { status: 406, title: 'This address does not answer in a form you accept', titleZh: '无法提供所接受的响应类型' },
  body_too_large: { status: 413, title: 'The body is larger than this address takes', titleZh: '请求体过大' },
  body_not_allowed: { status: 400, title: 'This request must not have a body', titleZh: '该请求不允许带请求体' },

  // who is calling (RFC 9421, RFC 9530; bearer tokens: RFC 6750)
  signature_missing: { status: 401, title: 'The request is not signed', titleZh: '请求未签名' },
  token_not_accepted: { status: 403, title: 'A bearer token may not do this', titleZh: '此操作不接受访问令牌，请使用签名' },
  signature_malformed: { status: 401, title: 'The signature headers cannot be read', titleZh: '签名头格式错误' },
  signature_expired: { status: 401, title: 'The signature is too old', titleZh: '签名已过期' },
  signature_in_future: { status: 401, title: 'The signature was made in the future', titleZh: '签名时间超前' },
  signature_insufficient: { status: 401, title: 'The signature does not cover all it must', titleZh: '签名覆盖范围不足' },
  signature_invalid: { status: 401, title: 'The signature does not match, or the key is unknown', titleZh: '签名不匹配或密钥不存在' },
  digest_missing: { status: 401, title: 'A body needs a Content-Digest', titleZh: '缺少 Content-Digest' },
  digest_malformed: { status: 401, title: 'The Content-Digest cannot be read', titleZh: 'Content-Digest 格式错误' },
  digest_mismatch: { status: 401, title: 'The body is not the one that was signed', titleZh: '请求体与签名摘要不符' },
  nonce_reused: { status: 401, title: 'The nonce was used before', titleZh: 'nonce 已被使用' },
  token_invalid: { status: 401, title: 'The bearer token is not one of ours', titleZh: '访问令牌无效' },
  token_expired: { status: 401, title: 'The bearer token has expired', titleZh: '访问令牌已过期' },
  key_revoked: { status: 401, title: 'The key was revoked', titleZh: '密钥已吊销' },
  key_expired: { status: 401, title: 'The key has expired', titleZh: '密钥已过期' },
  ip_not_allowed: { status: 403, title: 'The key may not be used from this address', titleZh: '来源 IP 不在白名单' },
  reseller_suspended: { status: 403, title: 'The reseller is not active', titleZh: '分销商已停用' },
  scope_missing: { status: 403, title: 'The key lacks the scope for this', titleZh: '密钥缺少所需权限' },
  sandbox_only: { status: 403, title: 'This is for resellers’ test keys alone', titleZh: '仅限测试密钥使用' },
  rate_limited: { status: 429, title: 'Too many requests', titleZh: '请求过于频繁', retryable: true },
  reveal_quota_exceeded: { status: 429, title: 'The key may reveal no more codes today', titleZh: '该密钥今日可查看卡密数已达上限' },
  version_unknown: { status: 400, title: 'The Kahub-Version is not one we speak', titleZh: '未知的 Kahub-Version' },

  // what is said
  malformed_json: { status: 400, title: 'The body is not valid JSON', titleZh: 'JSON 格式错误' },
  duplicate_json_key: { status: 400, title: 'A member name stands twice in one object', titleZh: 'JSON 键重复' },
  forbidden_json_key: { status: 400, title: 'A member name is not allowed', titleZh: 'JSON 键不允许' },
  graphql_request_invalid: { status: 400, title: 'The parameters of the GraphQL request cannot be read', titleZh: 'GraphQL 请求参数无效' },
  document_invalid: { status: 400, title: 'The GraphQL document does not fit the schema', titleZh: 'GraphQL 文档无效' },
  query_too_costly: { status: 400, title: 'The GraphQL document asks for more than a request may', titleZh: 'GraphQL 查询超出成本限制' },
  invalid_request: { status: 422, title: 'The request does not fit the contract', titleZh: '请求参数不符合约定' },
  sandbox_fault_invalid: { status: 422, title: 'Kahub-Sandbox names no fault that can be made here', titleZh: 'Kahub-Sandbox 故障指令无效' },
  cursor_invalid: { status: 422, title: 'The cursor is not one we gave for this list', titleZh: '分页游标无效' },
  reference_missing: { status: 422, title: 'A creating call needs a reference', titleZh: '缺少下游单号' },
  reference_mismatch: { status: 422, title: 'reference and Idempotency-Key differ', titleZh: '下游单号与 Idempotency-Key 不一致' },
  reference_reused: { status: 409, title: 'The reference was used with other fields', titleZh: '下游单号已用于不同内容' },
  reference_void: { status: 409, title: 'The reference was made unusable by a reversal', titleZh: '下游单号已被冲正作废' },

  // quotes and holds
  quote_not_found: { status: 422, title: 'You have no such quote', titleZh: '报价不存在' },
  quote_used: { status: 409, title: 'The quote was used by another order', titleZh: '报价已被使用' },
  quote_expired: { status: 409, title: 'The quote has expired', titleZh: '报价已过期' },
  quote_changed: { status: 409, title: 'The order is not the one that was quoted', titleZh: '订单内容与报价不符' },
  hold_not_found: { status: 422, title: 'You have no such hold', titleZh: '预占不存在' },
  hold_ended: { status: 409, title: 'The hold was used, cancelled or broken', titleZh: '预占已结束' },
  hold_expired: { status: 409, title: 'The hold has expired', titleZh: '预占已过期' },
  hold_limit_exceeded: { status: 409, title: 'Your level may not hold so much or so long', titleZh: '预占超出等级限制' },

  // orders
  sku_not_found: { status: 422, title: 'A SKU is unknown', titleZh: '规格不存在' },
  sku_not_for_sale: { status: 422, title: 'A SKU is not for sale now', titleZh: '规格暂不可售' },
  price_missing: { status: 422, title: 'A SKU has no price for you', titleZh: '规格未定价' },
  currency_mixed: { status: 422, title: 'The lines are in several currencies', titleZh: '订单明细币种不一致' },
  quantity_out_of_bounds: { status: 422, title: 'The quantity is below the minimum or above the maximum', titleZh: '数量超出限制' },
  quantity_off_step: { status: 422, title: 'The quantity is not a multiple of the step', titleZh: '数量不符合步长' },
  wallet_missing: { status: 409, title: 'There is no wallet in this currency', titleZh: '没有该币种余额账户' },
  out_of_stock: { status: 409, title: 'There is not enough stock', titleZh: '库存不足', retryable: true },
  price_above_max: { status: 409, title: 'The total is above max_total', titleZh: '总价高于上限' },
  insufficient_balance: { status: 409, title: 'The wallet does not cover the total', titleZh: '余额不足', retryable: true },
  budget_exceeded: { status: 409, title: 'The budget does not cover the total', titleZh: '预算不足' },

  // after the order
  codes_revealed: { status: 409, title: 'Codes were revealed, and cannot be given back', titleZh: '卡密已被查看，不能退回' },
  reversal_too_late: { status: 409, title: 'The time for giving back is over', titleZh: '已超过冲正时限' },
  approval_by_maker: { status: 403, title: 'Whoever ordered may not approve', titleZh: '下单人不能审批自己的订单' },
  approval_expired: { status: 409, title: 'The approval has expired', titleZh: '审批已过期' },
  codes_not_revealed: { status: 409, title: 'The codes were not all revealed yet', titleZh: '卡密尚未全部查看' },
  delivery_sealed: { status: 409, title: 'Your deliveries are sealed; this form cannot be', titleZh: '交付已加密，不支持该格式' },

  // files of bulk orders
  bulk_file_unreadable: { status: 422, title: 'The file cannot be read', titleZh: '文件无法读取' },
  bulk_file_too_large: { status: 413, title: 'The file has more than a bulk order takes', titleZh: '文件超出批量订单上限' },

  // sealed delivery
  encryption_key_private: { status: 422, title: 'This is a private key; register its public half', titleZh: '请勿上传私钥' },
  encryption_key_weak: { status: 422, title: 'The key is too weak or of no kind we seal to', titleZh: '加密公钥强度不足或类型不支持' },

  // callbacks
  url_not_allowed: { status: 422, title: 'Callbacks are not sent to this address', titleZh: '回调地址不被允许' },
  callback_host_unknown: { status: 422, title: 'callback_url is not on a host of your endpoints', titleZh: '回调地址不在已登记的主机上' },
  events_expired: { status: 410, title: 'Events that far back are no longer kept', titleZh: '该位置之前的事件已过保留期' },

  // purchase links and payments
  link_price_too_low: { status: 422, title: 'A retail price is below what it may be', titleZh: '零售价低于允许的最低价' },
  gateway_not_found: { status: 422, title: 'There is no such gateway, or not for this currency', titleZh: '支付渠道不存在或不支持该币种' },
  gateway_unavailable: { status: 503, title: 'The payment gateway cannot be reached', titleZh: '支付渠道暂不可用，请稍后重试', retryable: true },
  gateway_refused: { status: 502, title: 'The payment gateway refused', titleZh: '支付渠道拒绝了请求' },
  payment_news_invalid: { status: 401, title: 'The message is not the gateway’s, or not for us', titleZh: '支付通知验证失败' },
  amount_out_of_bounds: { status: 422, title: 'The amount is below the minimum or above the maximum', titleZh: '金额超出限制' },
  link_not_started: { status: 409, title: 'The sale has not begun yet', titleZh: '尚未开售' },
  link_paused: { status: 409, title: 'The sale is paused', titleZh: '已暂停销售' },
  link_ended: { status: 409, title: 'The sale is over', titleZh: '活动已结束' },
  link_sold_out: { status: 409, title: 'It is sold out', titleZh: '已售罄' },
  price_changed: { status: 409, title: 'The price has changed since you saw it', titleZh: '价格已变动，请确认新价格' },
  contact_invalid: { status: 422, title: 'The phone number or e-mail address is not valid', titleZh: '手机号或邮箱无效' },
  buyer_limit_reached: { status: 409, title: 'You have bought as many as a buyer may', titleZh: '已达每人限购数量' },
  challenge_needed: { status: 403, title: 'A small computation has to show that you are no script', titleZh: '请先完成安全验证' },
  checkout_ended: { status: 409, title: 'This purchase has ended', titleZh: '该笔购买已结束' },
  codes_of_buyer: { status: 403, title: 'The codes belong to the buyer, who alone sees them', titleZh: '卡密仅买家本人可见' },

  // what the operator does
  in_use: { status: 409, title: 'It is in use', titleZh: '正在使用中' },
  state_conflict: { status: 409, title: 'The present state does not allow this', titleZh: '当前状态不允许' },
  price_below_cost: { status: 409, title: 'The rule would sell below cost', titleZh: '价格低于成本' },
  credit_in_use: { status: 409, title: 'More credit than that is in use', titleZh: '已用信用额度超过新额度' },
  import_part_unexpected: { status: 409, title: 'Another part of the import is expected', titleZh: '导入分片顺序错误' },
  import_invalid: { status: 422, title: 'The file has lines that cannot be imported', titleZh: '导入文件存在无效行' },
  code_already_stocked: { status: 409, title: 'A code was stocked before', titleZh: '卡密已入库或已售出' },
  code_not_on_shelf: { status: 409, title: 'The code is not on the shelf', titleZh: '卡密不在货架上' },

  // ours
  internal_error: { status: 500, title: 'Something is wrong on our side', titleZh: '服务器内部错误', retryable: true }
} as const satisfies Record<string, ProblemKind>

export type ProblemCode = keyof typeof table
export const problems: Readonly<Record<ProblemCode, ProblemKind>> = table
export const problemCodes = Object.keys(table) as ProblemCode[]

/** How strongly a code comes before others: 0 is told first. */
export const precedence = Object.fromEntries(problemCodes.map((code, index) => [code, index])) as Record<ProblemCode, number>
