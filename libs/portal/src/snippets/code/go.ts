import type { LanguageCode } from '../snippet.ts';

const usage = `
// rawBody, err := io.ReadAll(request.Body)
// if err != nil || !Verify(rawBody, request.Header, os.Getenv("WEBHOOK_SECRET")) {
// 	response.WriteHeader(http.StatusUnauthorized)
// 	return
// }
`;

const head = (...imports: string[]): string =>
  `package webhooks\n\nimport (\n${imports.map((name) => `\t"${name}"\n`).join('')})\n`;

export const go: LanguageCode = {
  body: ({ header, prefix, encoding }) => {
    const encode = encoding === 'hex' ? 'hex.EncodeToString' : 'base64.StdEncoding.EncodeToString';
    return `${head('crypto/hmac', 'crypto/sha256', `encoding/${encoding}`, 'net/http')}
func Verify(rawBody []byte, header http.Header, secret string) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(rawBody)
	expected := ${prefix ? `"${prefix}" + ` : ''}${encode}(mac.Sum(nil))
	return hmac.Equal([]byte(header.Get("${header}")), []byte(expected))
}
${usage}`;
  },

  standard:
    () => `${head('crypto/hmac', 'crypto/sha256', 'encoding/base64', 'net/http', 'strconv', 'strings', 'time')}
func Verify(rawBody []byte, header http.Header, secret string) bool {
	timestamp := header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	// Older requests may be replayed by somebody who has recorded them.
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > 5*time.Minute {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(header.Get("webhook-id") + "." + timestamp + "."))
	mac.Write(rawBody)
	expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	// While a secret is rotated, there are several signatures.
	for _, signature := range strings.Fields(header.Get("webhook-signature")) {
		if hmac.Equal([]byte(signature), []byte(expected)) {
			return true
		}
	}
	return false
}
${usage}`,

  jwt: (
    _,
    { url },
  ) => `${head('crypto/hmac', 'crypto/sha256', 'encoding/base64', 'encoding/json', 'net/http', 'strings', 'time')}
const webhookURL = ${JSON.stringify(url)}

func Verify(rawBody []byte, header http.Header, secret string) bool {
	parts := strings.Split(strings.TrimPrefix(header.Get("authorization"), "Bearer "), ".")
	if len(parts) != 3 {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(signature, mac.Sum(nil)) {
		return false
	}
	var claims struct {
		Audience []string \`json:"aud"\`
		Expires  int64    \`json:"exp"\`
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return false
	}
	return len(claims.Audience) == 1 && claims.Audience[0] == webhookURL && claims.Expires > time.Now().Unix()
}
${usage}`,
};
