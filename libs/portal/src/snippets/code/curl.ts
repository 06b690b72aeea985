import type { ExampleRequest, LanguageCode, SnippetSubject } from '../snippet.ts';

/** A text in single quotes, as shells read it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Headers of the example that no signature is part of. */
function plainHeaders({ headers }: ExampleRequest, without: readonly string[] = []): string {
  return Object.entries(headers)
    .filter(([name, value]) => !value.endsWith('…') && !without.includes(name))
    .map(([name, value]) => ` \\\n  -H ${quoted(`${name}: ${value}`)}`)
    .join('');
}

const start = ({ url, example }: SnippetSubject): string => `url=${quoted(url)}
body=${quoted(example.body)}
`;

const OF_THE_ATTEMPT = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

export const curl: LanguageCode = {
  body: ({ header, prefix, encoding }, subject) => `${start(subject)}signature=$(printf %s "$body" |
  openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -binary |
  ${encoding === 'hex' ? `od -An -v -tx1 | tr -d ' \\n'` : 'openssl base64 -A'})

curl -i "$url"${plainHeaders(subject.example)} \\
  -H "${header}: ${prefix}$signature" \\
  --data-binary "$body"
`,

  standard: (_, subject) => `${start(subject)}id="evt_$(openssl rand -hex 12)"
timestamp=$(date +%s)
key=$(printf %s "\${WEBHOOK_SECRET#whsec_}" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \\n')
signature=$(printf %s "$id.$timestamp.$body" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)

curl -i "$url"${plainHeaders(subject.example, OF_THE_ATTEMPT)} \\
  -H "webhook-id: $id" -H "webhook-timestamp: $timestamp" \\
  -H "webhook-signature: v1,$signature" \\
  --data-binary "$body"
`,

  jwt: (_, subject) => `${start(subject)}base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
payload=$(printf '{"aud":["%s"],"exp":%d}' "$url" $(($(date +%s) + 600)) | base64url)
signature=$(printf %s "$head.$payload" |
  openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -binary | base64url)

curl -i "$url"${plainHeaders(subject.example, ['authorization'])} \\
  -H "Authorization: Bearer $head.$payload.$signature" \\
  --data-binary "$body"
`,
};
