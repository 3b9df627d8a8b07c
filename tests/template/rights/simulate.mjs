// Asks IAM's rules, as @cloud-copilot/iam-simulate has them: on standard input a list of { policy, action, resource, context },
// on standard output for each { allowed, by } with the ids of the statements that decided.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const modules = pathToFileURL(process.argv[2] + '/')
const { runSimulation } = await import(new URL('@cloud-copilot/iam-simulate/dist/esm/index.js', modules))
const account = '123456789012'
const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }

const answers = []
for (const { policy, action, resource, context } of JSON.parse(readFileSync(0))) {
  const result = await runSimulation(
    {
      identityPolicies: [{ name: 'role', policy }],
      serviceControlPolicies: [{ orgIdentifier: 'o-1', policies: [{ name: 'all', policy: everything }] }],
      resourceControlPolicies: [],
      request: {
        action,
        principal: `arn:aws:iam::${account}:role/role`,
        resource: { accountId: account, resource },
        contextVariables: context ?? {}
      }
    },
    {}
  )
  answers.push(result)
}
process.stdout.write(JSON.stringify(answers))
