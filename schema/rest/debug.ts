import { Type, type Static } from '@sinclair/typebox'
import { problemCodes } from '../problems.ts'
import { Nullable, OneOf } from './common.ts'

export const debuggedHeadersMax = 64
export const debuggedTextMax = 32_768

/** A request whose signature was refused, as its sender made it. */
export const DebugSignature = Type.Object({
  method: Type.String({ minLength: 1, maxLength: 32, description: 'As it was sent: POST.' }),
  url: Type.String({
    minLength: 1,
    maxLength: 8_192,
    description: 'As it was sent, percent-encoding included: from the path on (/v1/orders?limit=2), or whole.'
  }),
  headers: Type.Record(Type.String({ maxLength: 256 }), Type.String({ maxLength: 8_192 }), {
    maxProperties: debuggedHeadersMax,
    description: 'Those that were sent: Signature-Input, Signature, Content-Digest, and what else is covered.'
  }),
  body: Type.Optional(Type.String({ maxLength: debuggedTextMax, description: 'The body as text, exactly; UTF-8.' })),
  body_sha256: Type.Optional(Type.String({ maxLength: 100, description: 'Instead of the body: its SHA-256, in base64 or hexadecimal.' })),
  signature_base: Type.Optional(Type.String({
    maxLength: debuggedTextMax, description: 'What you signed: it is compared line by line with what the server would verify.'
  }))
}, { additionalProperties: false, title: 'DebugSignature' })
export type DebugSignature = Static<typeof DebugSignature>

const text = (description: string) => Nullable(Type.String(), { description })

export const SignatureFinding = Type.Object({
  code: OneOf(problemCodes, { description: 'What such a request is refused with.' }),
  detail: Type.String()
}, { additionalProperties: false, title: 'SignatureFinding' })

export const BaseDifference = Type.Object({
  line: Type.Integer({ description: 'Counted from 1.' }),
  component: Type.String(),
  yours: text('null: your base has no such line.'),
  ours: text('null: ours has no such line.'),
  hint: text('What it looks like.')
}, { additionalProperties: false, title: 'BaseDifference' })

export const SignatureReport = Type.Object({
  subject: OneOf(['described_request', 'this_request']),
  findings: Type.Array(SignatureFinding, {
    description: 'What is wrong, in the order in which it is told; none: whether key and signature fit is told by GET /v1/ping alone.'
  }),
  hints: Type.Array(Type.String()),
  request: Type.Object({
    method: Type.String(),
    path: Type.String(),
    query: Type.String({ description: 'As @query is signed: with its question mark, and just that when there is no query.' }),
    body_bytes: Nullable(Type.Integer()),
    content_digest: text('What Content-Digest must be for this body; null without one.')
  }, { additionalProperties: false, description: 'What the server sees of it.', title: 'DebuggedRequest' }),
  signature: Nullable(Type.Object({
    components: Type.Array(Type.String()),
    key_id: Type.String(),
    algorithm: Type.String(),
    created: Type.Integer(),
    nonce: Type.String(),
    bytes: Type.Integer()
  }, { additionalProperties: false, title: 'ReadSignature' }), { description: 'As it was read; null when it cannot be.' }),
  required_components: Type.Array(Type.String()),
  missing_components: Type.Array(Type.String()),
  clock: Type.Object({
    server_time: Type.Integer({ description: 'Seconds since 1970.' }),
    created: Nullable(Type.Integer()),
    ahead_seconds: Nullable(Type.Integer(), { description: 'How far your clock is ahead of the server’s; behind when negative.' })
  }, { additionalProperties: false, title: 'SignatureClock' }),
  digest_matches: Nullable(Type.Boolean(), { description: 'null: there is no body or no readable digest to compare.' }),
  signature_base: text('What the server would verify; null when the signature cannot be read.'),
  base_matches: Nullable(Type.Boolean(), { description: 'Whether yours is the same; null when you gave none.' }),
  differences: Type.Array(BaseDifference)
}, { additionalProperties: false, title: 'SignatureReport' })
export type SignatureReport = Static<typeof SignatureReport>
