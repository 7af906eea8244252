package server

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"nullspace.dev/guest/gen/guestv1"
	"nullspace.dev/guest/internal/files"
	"nullspace.dev/guest/internal/problem"
	"nullspace.dev/guest/internal/processes"
	"nullspace.dev/guest/internal/settings"
)

// Health answers without touching anything.
func (s *Service) Health(context.Context, *connect.Request[guestv1.HealthRequest]) (*connect.Response[guestv1.HealthResponse], error) {
	return connect.NewResponse(&guestv1.HealthResponse{
		Version: Version, Configured: s.Settings.Get().Configured, UptimeMs: uint64(time.Since(s.Started).Milliseconds()),
		RestoreId: text(s.Restores.RestoreID()),
	}), nil
}

// Configure checks everything before it changes anything.
func (s *Service) Configure(ctx context.Context, request *connect.Request[guestv1.ConfigureRequest]) (*connect.Response[guestv1.ConfigureResponse], error) {
	if err := checkConfiguration(request.Msg); err != nil {
		return nil, refuse(err)
	}
	select {
	case s.configuring <- struct{}{}:
		defer func() { <-s.configuring }()
	case <-ctx.Done():
		return nil, refuse(ctx.Err())
	}
	if err := s.configure(request.Msg); err != nil {
		return nil, refuse(err)
	}
	response := &guestv1.ConfigureResponse{}
	if request.Msg.GetRestored() {
		response.HookFailures = s.admitCopy(ctx)
	}
	return connect.NewResponse(response), nil
}

// admitCopy runs the hooks and lets calls in.
func (s *Service) admitCopy(ctx context.Context) (failures []*guestv1.HookFailure) {
	// Before the hooks, whose time is limited by it.
	s.Processes.Clock.Start()
	for _, failure := range s.Hooks.Run(ctx, map[string]string{"NULLSPACE_RESTORE_ID": s.Restores.RestoreID()}) {
		failures = append(failures, &guestv1.HookFailure{Name: text(failure.Name), Message: text(failure.Message)})
	}
	s.Gate.Admit()
	return failures
}

func checkConfiguration(wanted *guestv1.ConfigureRequest) error {
	for _, env := range []*guestv1.Environment{wanted.GetEnv(), wanted.GetImageEnv()} {
		if err := processes.CheckEnvironment(env.GetVariables()); err != nil {
			return err
		}
	}
	if wanted.Cwd != nil {
		if err := settings.CheckWorkingDirectory(wanted.GetCwd()); err != nil {
			return err
		}
		if files.IsReserved(wanted.GetCwd()) {
			return problem.New(problem.InvalidPath, wanted.GetCwd(), "%s is reserved for the platform; choose another cwd", files.Reserved).Because(problem.Reserved)
		}
	}
	if wanted.Hostname != nil {
		if err := settings.CheckHostname(wanted.GetHostname()); err != nil {
			return err
		}
	}
	if wanted.MachineId != nil {
		if err := settings.CheckMachineID(wanted.GetMachineId()); err != nil {
			return err
		}
	}
	if wanted.Token != nil && wanted.GetToken() == "" {
		return problem.New(problem.InvalidArgument, "", "token is empty; leave it out to keep the one in use")
	}
	return settings.CheckNameservers(wanted.GetNameservers())
}

func (s *Service) configure(wanted *guestv1.ConfigureRequest) error {
	values := s.Settings.Get()
	values.Configured = true
	if wanted.GetEnv() != nil {
		values.Env = wanted.GetEnv().GetVariables()
	}
	if wanted.GetImageEnv() != nil {
		values.ImageEnv = wanted.GetImageEnv().GetVariables()
	}
	if wanted.Cwd != nil {
		if err := settings.ApplyWorkingDirectory(wanted.GetCwd()); err != nil {
			return err
		}
		values.WorkingDirectory = wanted.GetCwd()
	}
	if wanted.Hostname != nil {
		if err := settings.ApplyHostname(wanted.GetHostname()); err != nil {
			return err
		}
	}
	if wanted.MachineId != nil {
		if err := settings.ApplyMachineID(wanted.GetMachineId()); err != nil {
			return err
		}
	}
	if len(wanted.GetNameservers()) > 0 {
		if err := settings.ApplyNameservers(wanted.GetNameservers()); err != nil {
			return err
		}
	}
	if limit := wanted.GetProcessLimit(); limit > 0 {
		if err := s.Ceiling.SetLimit(limit); err != nil {
			return err
		}
		values.ProcessLimit = limit
	}
	if limit := wanted.GetMemoryLimitBytes(); limit > 0 {
		values.MemoryLimitBytes = limit
	}
	s.Settings.Set(values)
	// Last, so that a call that failed can be repeated with the token it was made with.
	if wanted.Token != nil {
		s.Token.Replace(wanted.GetToken())
	}
	return nil
}
