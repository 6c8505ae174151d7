import { Type, type Static } from '@sinclair/typebox'
import { keyAlgorithms, operatorScopes, resellerScopes, scopes } from '../vocabulary.ts'
import { Nullable, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { Name, RequestsPerMinute } from './levels.ts'

export const revealsPerDayMax = 100_000_000

export const overlapSecondsMax = 30 * 86_400
export const overlapSecondsDefault = 86_400
export const ipRangesPerKeyMax = 50

export const KeyId = Type.String({
  pattern: '^key_(live|test)_[0-9a-z]{16,40}$',
  description: 'The id of an API key; it says which world the key is of.',
  examples: ['key_live_7f8k0q3z5v2wxytb4m1n']
})

/** Its members are checked by what reads it, whose refusals say more (a private key is named as such). */
export const PublicJwk = Type.Object({
  kty: Type.String(),
  crv: Type.String(),
  x: Type.String({ description: '32 bytes, base64url.' })
}, {
  description: 'The public half of an Ed25519 key pair, a JWK (RFC 8037): kty OKP, crv Ed25519, x. With algorithm ed25519 only.'
})

const newKey = {
  reference: Type.Optional(Reference),
  name: Name,
  algorithm: OneOf(
    keyAlgorithms,
    { description: 'hmac-sha256: we make a secret and show it once. ed25519: you register a public key and we never hold a secret.' }
  ),
  public_key: Type.Optional(PublicJwk),
  ip_allow: Type.Optional(Type.Array(Type.String({ minLength: 2, maxLength: 60 }), {
    maxItems: ipRangesPerKeyMax,
    description: 'Addresses and CIDR ranges to use the key from; empty allows all. Left out: as the key that signs, if of one owner.',
    examples: [['203.0.113.7', '2001:db8::/48']]
  })),
  expires_at: Type.Optional(Nullable(Timestamp, { description: 'From when on the key is no good; null is never.' }))
}

export const CreateKey = Type.Object({
  ...newKey,
  scopes: Type.Array(
    OneOf(resellerScopes),
    {
      minItems: 1,
      uniqueItems: true,
      maxItems: resellerScopes.length,
      description: 'What the key may do; no more than the key that signs.'
    }
  )
}, { additionalProperties: false })
export type CreateKey = Static<typeof CreateKey>

const operatorLimit = {
  requests_per_minute: Type.Optional(Nullable(RequestsPerMinute, { description: 'A limit of the key’s own; null: the level’s holds.' }))
}

const revealLimits = {
  reveals_per_day: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: revealsPerDayMax }), {
    description: 'Codes the key may reveal in a day (UTC), repeats included; null: as many as there are.'
  })),
  reveals_alert_at: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: revealsPerDayMax }), {
    description: 'Codes revealed in a day (UTC) from which on the reseller gets the event reveals.alert, once a day; null: never.'
  }))
}

export const CreateResellerKey = Type.Object({
  ...newKey,
  ...operatorLimit,
  ...revealLimits,
  scopes: Type.Array(
    OneOf(resellerScopes),
    {
      minItems: 1,
      uniqueItems: true,
      maxItems: resellerScopes.length,
      description: 'What the key may do.'
    }
  )
}, { additionalProperties: false })
export type CreateResellerKey = Static<typeof CreateResellerKey>

export const CreateOperatorKey = Type.Object({
  ...newKey,
  ...operatorLimit,
  scopes: Type.Array(
    OneOf(operatorScopes),
    {
      minItems: 1,
      uniqueItems: true,
      maxItems: operatorScopes.length,
      description: 'What the key may do; no more than the key that signs. admin:* is everything.'
    }
  )
}, { additionalProperties: false })
export type CreateOperatorKey = Static<typeof CreateOperatorKey>

export const UpdateKey = Type.Object({
  name: Type.Optional(Name),
  ip_allow: Type.Optional(Type.Array(Type.String({ minLength: 2, maxLength: 60 }), {
    maxItems: ipRangesPerKeyMax, description: 'Addresses and CIDR ranges to use the key from; empty allows all.'
  })),
  ...revealLimits
}, { additionalProperties: false, minProperties: 1 })
export type UpdateKey = Static<typeof UpdateKey>

export const RotateKey = Type.Object({
  reference: Type.Optional(Reference),
  overlap_seconds: Type.Optional(Type.Integer({
    minimum: 0, maximum: overlapSecondsMax, default: overlapSecondsDefault, description: 'How long the old key is still good; 0: no longer.'
  })),
  public_key: Type.Optional(PublicJwk),
  expires_at: Type.Optional(Nullable(
    Timestamp,
    { description: 'When the new key expires; left out, it lives as long as the old one was made for.' }
  ))
}, { additionalProperties: false })
export type RotateKey = Static<typeof RotateKey>

const keyFields = {
  id: KeyId,
  name: Type.String(),
  algorithm: OneOf(keyAlgorithms),
  public_key: Nullable(PublicJwk, { description: 'The public key of an ed25519 key.' }),
  scopes: Type.Array(OneOf(scopes)),
  ip_allow: Type.Array(Type.String(), { description: 'CIDR ranges; empty allows all.' }),
  requests_per_minute: Nullable(Type.Integer(), { description: 'The key’s own limit; null: the level’s holds.' }),
  reveals_per_day: Nullable(Type.Integer(), { description: 'Codes the key may reveal in a day (UTC); null: as many as there are.' }),
  reveals_alert_at: Nullable(Type.Integer(), { description: 'Codes revealed in a day from which on you get the event reveals.alert.' }),
  api_version: Nullable(Type.String(), { description: 'The Kahub-Version pinned at the key’s first use.' }),
  replaced_by: Nullable(KeyId, { description: 'The key that took over when this one was rotated.' }),
  expires_at: Nullable(Timestamp),
  revoked_at: Nullable(Timestamp),
  created_at: Timestamp
}

export const ApiKey = Type.Object(keyFields, { additionalProperties: false, title: 'ApiKey' })
export type ApiKey = Static<typeof ApiKey>

export const CreatedApiKey = Type.Object({
  ...keyFields,
  secret: Nullable(
    Type.String(),
    { description: 'The secret of an hmac-sha256 key, shown this once; null for ed25519 and repeats. Sign with the UTF-8 bytes of it.' }
  )
}, { additionalProperties: false, title: 'CreatedApiKey' })
export type CreatedApiKey = Static<typeof CreatedApiKey>

export const KeyParams = Type.Object({ id: KeyId })
export const ListKeysQuery = Type.Object(PageQuery, { additionalProperties: false })
export const ApiKeyPage = Page(ApiKey)
