// Prints a certificate that signs itself, for the names given, and its key: go run certificate.go [-age 20h] <name>…
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"math/big"
	"os"
	"time"
)

func main() {
	age := flag.Duration("age", time.Hour, "how long it has been valid; it is for another day")
	flag.Parse()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     flag.Args(),
		NotBefore:    time.Now().Add(-*age),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	check(err)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	check(err)
	check(pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: certificate}))
	check(pem.Encode(os.Stdout, &pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
