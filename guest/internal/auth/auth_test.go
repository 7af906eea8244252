package auth

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func call(handler http.Handler, header string) int {
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	request.Header.Set("Authorization", header)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer.Code
}

func TestOnlyTheTokenIsLetThrough(t *testing.T) {
	token := NewToken("first")
	handler := token.Require(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for header, want := range map[string]int{
		"Bearer first": http.StatusOK,
		"":             http.StatusUnauthorized,
		"first":        http.StatusUnauthorized,
		"Bearer firs":  http.StatusUnauthorized,
	} {
		if got := call(handler, header); got != want {
			t.Errorf("%q: got %d, want %d", header, got, want)
		}
	}
}

// A restore that nobody has noticed yet is noticed by the first call that carries the new token, for the second.
func TestACallWithANewTokenHasItRefreshed(t *testing.T) {
	token := NewToken("first")
	token.Refresh = func() { token.Replace("second") }
	handler := token.Require(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for _, want := range []int{http.StatusUnauthorized, http.StatusOK} {
		if got := call(handler, "Bearer second"); got != want {
			t.Fatalf("the new token: got %d, want %d", got, want)
		}
	}
	if got := call(handler, "Bearer first"); got != http.StatusUnauthorized {
		t.Fatalf("the old token: got %d", got)
	}
}
