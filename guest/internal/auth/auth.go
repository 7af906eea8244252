// Package auth lets only holders of the instance token through.
package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"sync/atomic"
)

// Token is the secret that every call carries; it can be replaced.
type Token struct {
	digest atomic.Pointer[[sha256.Size]byte]
	// Refresh, when set, is called when a caller is refused: it may have the token replaced for the next call. This one
	// is refused all the same, since its connection may have been closed and its answer would be lost.
	Refresh func()
}

// NewToken holds secret.
func NewToken(secret string) *Token {
	token := &Token{}
	token.Replace(secret)
	return token
}

// Replace makes secret the only one that counts.
func (t *Token) Replace(secret string) {
	digest := sha256.Sum256([]byte("Bearer " + secret))
	t.digest.Store(&digest)
}

func (t *Token) admits(header string) bool {
	digest := sha256.Sum256([]byte(header))
	return subtle.ConstantTimeCompare(digest[:], t.digest.Load()[:]) == 1
}

// Require answers 401 without reading the body, and closes the connection, unless the call carries the token.
func (t *Token) Require(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !t.admits(r.Header.Get("Authorization")) {
			if t.Refresh != nil {
				t.Refresh()
			}
			w.Header().Set("Connection", "close")
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			w.Write([]byte(`{"code":"unauthenticated","message":"the instance token is missing or wrong"}`))
			return
		}
		next.ServeHTTP(w, r)
	})
}
