import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['node_modules', '.kahub', '.tap', 'sdk/src/generated', 'sdk/dist'] }),
  {
    rules: {
      'no-void': 'off',
      // A TypeBox schema and its type bear one name; tsc finds what this rule is for.
      'no-redeclare': 'off',
      '@typescript-eslint/no-redeclare': 'off'
    }
  }
]
