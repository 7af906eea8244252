package registry

import (
	"context"
	"errors"
	"net/http"
	"syscall"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"nullspace.dev/imager/internal/report"
)

// explain gives a failed exchange with a registry its code and a sentence that says what to do.
func explain(err error, ref name.Reference) error {
	registry := ref.Context().RegistryStr()
	var failure *report.Failure
	var answer *transport.Error
	switch {
	case err == nil || errors.As(err, &failure):
		return err
	case errors.Is(err, errPrivate):
		return report.Fail(report.InvalidRequest,
			"the registry %s leads to an address that is not public; an operator can allow it with insecure_registries or registry_allow_ranges", registry)
	case errors.Is(err, errTooLarge):
		return report.Fail(report.TooLarge, "the registry %s sent more than the image says", registry)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return err
	case errors.As(err, &answer):
		return explainAnswer(answer, ref)
	case errors.Is(err, context.Canceled):
		return report.Fail(report.Unreachable, "the registry %s could not be read: the call was ended", registry)
	}
	return report.Fail(report.Unreachable, "the registry %s could not be read: %v; try again, or check its name", registry, err)
}

func explainAnswer(answer *transport.Error, ref name.Reference) error {
	registry := ref.Context().RegistryStr()
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return report.Fail(report.Unauthorized,
			"the registry %s refuses %s to these credentials; check them, and that the image is there", registry, ref.Name())
	case http.StatusNotFound:
		return report.Fail(report.NotInRegistry, "the registry %s has no image %s", registry, ref.Name())
	case http.StatusTooManyRequests:
		return report.Fail(report.Unreachable, "the registry %s takes no more requests for now (429); try later or with credentials", registry)
	}
	return report.Fail(report.Unreachable, "the registry %s answered with status %d; try again later", registry, answer.StatusCode)
}
