import { Type, type Static } from '@sinclair/typebox'
import { encryptionAlgorithms } from '../vocabulary.ts'
import { Id, Nullable, OneOf, Page, PageQuery, Reference, Timestamp } from './common.ts'
import { KeyId } from './keys.ts'
import { Name } from './levels.ts'

export const EncryptionKeyId = Id('enc', 'The id of an encryption key; the kid of what is sealed to it.')

const publicMembers = Object.fromEntries(['kid', 'crv', 'x', 'y', 'n', 'e'].map(name => [name, Type.Optional(Type.Unknown())]))

/** Its members are checked by what reads it, whose refusals say more (a private key is named as such). */
const GivenJwk = Type.Object({ kty: Type.String(), ...publicMembers }, {
  additionalProperties: true,
  description: 'A public JWK: OKP with crv X25519 (x), EC with crv P-256 (x, y), or RSA of 2048 to 8192 bits (n, e). Public members only.',
  examples: [{ kty: 'OKP', crv: 'X25519', x: '3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08' }]
})

export const CreateEncryptionKey = Type.Object({
  reference: Type.Optional(Reference),
  name: Name,
  jwk: GivenJwk
}, { additionalProperties: false })
export type CreateEncryptionKey = Static<typeof CreateEncryptionKey>

/** A key as it is kept, with its kid. */
export const EncryptionJwk = Type.Object({
  kty: Type.String(),
  kid: EncryptionKeyId,
  crv: Type.Optional(Type.String()),
  x: Type.Optional(Type.String()),
  y: Type.Optional(Type.String()),
  n: Type.Optional(Type.String()),
  e: Type.Optional(Type.String())
}, { additionalProperties: false, title: 'EncryptionJwk', description: 'The public key as it is kept.' })

export const EncryptionKey = Type.Object({
  id: EncryptionKeyId,
  name: Type.String(),
  algorithm: OneOf(encryptionAlgorithms, { description: 'How the key of each delivery reaches you; what it seals is A256GCM.' }),
  jwk: EncryptionJwk,
  in_use: Type.Boolean({ description: 'Whether codes are sealed to it now; one key at most is.' }),
  created_by: KeyId,
  created_at: Timestamp,
  retired_by: Nullable(KeyId, { description: 'The API key that retired it, or registered its successor.' }),
  retired_at: Nullable(Timestamp)
}, { additionalProperties: false, title: 'EncryptionKey' })
export type EncryptionKey = Static<typeof EncryptionKey>

export const EncryptionKeyParams = Type.Object({ id: EncryptionKeyId })
export const ListEncryptionKeysQuery = Type.Object(PageQuery, { additionalProperties: false })
export const EncryptionKeyPage = Page(EncryptionKey)
