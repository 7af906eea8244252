package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"nullspace.dev/imager/internal/report"
)

// Layer of an image, stored in the folder of blobs under its digest.
type Layer struct {
	Digest string `json:"digest"`
	Bytes  int64  `json:"bytes"`
}

// Image that was fetched.
type Image struct {
	// Of the manifest that the reference names, and of that of this architecture: the same unless there are several.
	ManifestDigest string `json:"manifest_digest"`
	ImageDigest    string `json:"image_digest"`
	Config         string `json:"config_json"`
	// The lowest first.
	Layers []Layer `json:"layers"`
}

const (
	mostLayers    = 512
	retries       = 3
	firstRetry    = 200 * time.Millisecond
	retryFactor   = 3.0
	mostListed    = 20
	smallestLayer = 1
)

// Resolve asks the registry what a reference is.
func Resolve(ctx context.Context, order Order) (*Image, *Source, error) {
	ref, err := order.parse()
	if err != nil {
		return nil, nil, err
	}
	transport, err := newTransport(order)
	if err != nil {
		return nil, nil, err
	}
	auth := authn.Anonymous
	if order.Username != "" || order.Password != "" {
		auth = &authn.Basic{Username: order.Username, Password: order.Password}
	}
	source := &Source{order: order, ref: ref, options: []remote.Option{
		remote.WithTransport(transport), remote.WithAuth(auth), remote.WithUserAgent("nullspace"),
		remote.WithRetryBackoff(remote.Backoff{Duration: firstRetry, Factor: retryFactor, Steps: retries}),
	}}
	image, err := source.resolve(ctx)
	return image, source, explain(err, ref)
}

// Source is one image of a registry.
type Source struct {
	order   Order
	ref     name.Reference
	options []remote.Option
}

func (s *Source) with(ctx context.Context) []remote.Option {
	return append([]remote.Option{remote.WithContext(ctx)}, s.options...)
}

func (s *Source) resolve(ctx context.Context) (*Image, error) {
	top, err := remote.Get(s.ref, s.with(ctx)...)
	if err != nil {
		return nil, err
	}
	found := top
	if top.MediaType.IsIndex() {
		child, err := s.choose(top)
		if err != nil {
			return nil, err
		}
		if found, err = remote.Get(s.ref.Context().Digest(child.String()), s.with(ctx)...); err != nil {
			return nil, err
		}
	}
	if !found.MediaType.IsImage() {
		return nil, report.Fail(report.Unsupported, "%s is a %.100q, not an image of the OCI or Docker (schema 2) kind", s.ref.Name(), found.MediaType)
	}
	return s.describe(found, top.Digest.String())
}

// choose finds the image of this machine among those of an index.
func (s *Source) choose(top *remote.Descriptor) (v1.Hash, error) {
	index, err := top.ImageIndex()
	if err != nil {
		return v1.Hash{}, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return v1.Hash{}, err
	}
	var offered []string
	for _, one := range manifest.Manifests {
		if one.Platform == nil || !one.MediaType.IsImage() {
			continue
		}
		if one.Platform.OS == "linux" && one.Platform.Architecture == s.order.Architecture {
			return one.Digest, nil
		}
		if len(offered) < mostListed && one.Platform.Architecture != "unknown" {
			offered = append(offered, printable(one.Platform.OS+"/"+one.Platform.Architecture))
		}
	}
	sort.Strings(offered)
	return v1.Hash{}, s.otherPlatform(strings.Join(offered, ", "))
}

func (s *Source) otherPlatform(offered string) error {
	if offered == "" {
		offered = "none"
	}
	return report.Fail(report.Unsupported, "%s is for %s, and this host runs linux/%s", s.ref.Name(), offered, s.order.Architecture)
}

func (s *Source) describe(found *remote.Descriptor, top string) (*Image, error) {
	image, err := found.Image()
	if err != nil {
		return nil, err
	}
	manifest, err := image.Manifest()
	if err != nil {
		return nil, err
	}
	raw, err := image.RawConfigFile()
	if err != nil {
		return nil, err
	}
	var config struct{ OS, Architecture string }
	if err := json.Unmarshal(raw, &config); err != nil {
		return nil, report.Fail(report.Unsupported, "the configuration of %s is no JSON", s.ref.Name())
	}
	if config.OS != "linux" || config.Architecture != s.order.Architecture {
		return nil, s.otherPlatform(printable(config.OS + "/" + config.Architecture))
	}
	described := &Image{ManifestDigest: top, ImageDigest: found.Digest.String(), Config: string(raw)}
	if len(manifest.Layers) > mostLayers {
		return nil, report.Fail(report.Unsupported, "%s has %d layers; the most is %d", s.ref.Name(), len(manifest.Layers), mostLayers)
	}
	var total uint64
	for _, layer := range manifest.Layers {
		if err := s.checkLayer(layer); err != nil {
			return nil, err
		}
		total += uint64(layer.Size)
		described.Layers = append(described.Layers, Layer{Digest: layer.Digest.String(), Bytes: layer.Size})
	}
	if total > s.order.MaxBytes {
		return nil, s.tooLarge(total)
	}
	return described, nil
}

func (s *Source) checkLayer(layer v1.Descriptor) error {
	if uint64(layer.Size) > s.order.MaxBytes && layer.Size > 0 {
		return s.tooLarge(uint64(layer.Size))
	}
	if layer.Digest.Algorithm != "sha256" || layer.Size < smallestLayer {
		return report.Fail(report.Unsupported, "%s has a layer of %d bytes with a digest of the kind %.20q", s.ref.Name(), layer.Size, layer.Digest.Algorithm)
	}
	if !layer.MediaType.IsLayer() || layer.MediaType == types.DockerForeignLayer || !layer.MediaType.IsDistributable() {
		return report.Fail(report.Unsupported, "%s has a layer of the kind %.100q, which cannot be unpacked", s.ref.Name(), layer.MediaType)
	}
	return nil
}

func (s *Source) tooLarge(bytes uint64) error {
	return report.Fail(report.TooLarge, "the layers of %s have %d MB; the most that this host takes is %d MB (max_image_mb)", s.ref.Name(), bytes>>20, s.order.MaxBytes>>20)
}

// printable keeps what a registry says from steering a terminal.
func printable(text string) string {
	quoted := fmt.Sprintf("%.60q", text)
	return strings.Trim(quoted, `"`)
}

// HostArchitecture as OCI names it.
func HostArchitecture() string { return runtime.GOARCH }
