// What can be found wrong with a shop, once: what it is called, what to do about it, and the guide that says more.

export interface FindingKind {
  readonly says: string
  readonly advice: string
  /** A page of the server's /docs. */
  readonly guide: string
}

export const findingKinds = {
  order_missing: {
    says: 'No order of this reseller was made',
    advice: 'Let the shop order the SKU it is asked for, in the sandbox, with a test key of the same reseller as the certifier’s.',
    guide: 'first-purchase'
  },
  double_order: {
    says: 'One purchase became several orders',
    advice: 'Send the same request again with the same reference: the purchase’s own number, written down before the first attempt.',
    guide: 'idempotency'
  },
  reference_changed: {
    says: 'The reference changed between attempts',
    advice: 'Make the reference once for a purchase, from its number, and keep it through every retry, restart and time-out.',
    guide: 'idempotency'
  },
  gave_up: {
    says: 'The shop gave up where the same request again would have succeeded',
    advice: 'After no answer, a 5xx, 408, 425 or 429 send the same again with the same reference; after quote_expired get a new quote.',
    guide: 'idempotency'
  },
  order_lost: {
    says: 'The goods were delivered and paid for, and the customer got nothing',
    advice: 'An error is no answer: the order may have been made. Ask again with the same reference until kahub says what became of it.',
    guide: 'idempotency'
  },
  undecided_as_failed: {
    says: 'An undecided order was taken for a failed one',
    advice: '202 with state reserved: nobody knows yet. Keep it pending, and ask again with the same reference or wait for the callback.',
    guide: 'idempotency'
  },
  told_delivered: {
    says: 'The shop says that it delivered what it does not have',
    advice: 'Tell the customer delivered when kahub says completed and the codes are there; no refusal delivers anything.',
    guide: 'errors'
  },
  no_end: {
    says: 'The shop does not come to an end',
    advice: 'Look again at everything that is pending, every few seconds and at the start: place it again with the same reference.',
    guide: 'idempotency'
  },
  word_changed: {
    says: 'What the customer was told has changed afterwards',
    advice: 'Tell nothing before it is certain; once a purchase is delivered or failed, let nothing that comes late move it back.',
    guide: 'callbacks'
  },
  partial_as_whole: {
    says: 'Part of the goods was told as the whole',
    advice: 'Ask with fill: all_or_nothing, or read state partial and the lines, deliver what there is and refund the rest.',
    guide: 'buying-day'
  },
  codes_lost: {
    says: 'Codes that were paid for did not reach the customer',
    advice: 'Take all codes of all lines; when an answer was lost, the same reference gives the same codes again.',
    guide: 'idempotency'
  },
  codes_twice: {
    says: 'Codes stand twice in the purchase',
    advice: 'Set the codes of a purchase, do not append them: the same answer or callback may come several times.',
    guide: 'callbacks'
  },
  codes_foreign: {
    says: 'Codes of another order stand in the purchase',
    advice: 'Find the purchase by the order’s reference, never by the goods or by what came last.',
    guide: 'idempotency'
  },
  paid_wrong: {
    says: 'The shop’s books say another price than was paid',
    advice: 'Set what was paid from the order’s total, once; do not add it up from callbacks, which may come several times or never.',
    guide: 'callbacks'
  },
  price_unguarded: {
    says: 'The shop bought above what it may cost',
    advice: 'Send max_total with every order, or a quote; price_above_max then refuses it, and nothing is bought.',
    guide: 'going-live'
  },
  too_soon: {
    says: 'The shop came back before Retry-After was over',
    advice: 'Read Retry-After of a 429 or 503, and wait as many seconds, plus a little at random, before the same request.',
    guide: 'errors'
  },
  hammering: {
    says: 'The shop asks again and again without a pause',
    advice: 'Try a few times, each time after a longer pause with a random part; then leave it to a job or a person.',
    guide: 'errors'
  },
  forged_accepted: {
    says: 'A forged callback was accepted',
    advice: 'Verify webhook-signature over the raw body with the endpoint’s secret, and answer 401 to what does not fit.',
    guide: 'callbacks'
  },
  stale_accepted: {
    says: 'A callback of ten minutes ago was accepted',
    advice: 'Refuse a webhook-timestamp that is more than five minutes off, in either direction.',
    guide: 'callbacks'
  },
  callback_refused: {
    says: 'A genuine callback was not answered with 2xx',
    advice: 'Verify over the body as it came, byte for byte; answer 2xx at once, for types you do not use and ids you know already too.',
    guide: 'callbacks'
  },
  callback_missing: {
    says: 'No callback was sent to the endpoint',
    advice: 'Register the endpoint for all types, or for order.completed, order.partial and order.cancelled at least.',
    guide: 'callbacks'
  },
  shop_unreadable: {
    says: 'The shop’s own answers cannot be used',
    advice: 'Offer POST /certify/purchases and GET /certify/purchases/{number} as the guide says.',
    guide: 'certify'
  }
} as const satisfies Readonly<Record<string, FindingKind>>

export type FindingCode = keyof typeof findingKinds

/** Something that is wrong, and what was seen of it. */
export interface Finding {
  readonly code: FindingCode
  readonly seen: string
}
