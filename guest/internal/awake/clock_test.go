package awake

import (
	"testing"
	"time"
)

const patience = 20 * time.Second

func TestTimersFireInTheirOrder(t *testing.T) {
	clock := NewClock(func() bool { return false })
	fired := make(chan string, 2)
	clock.AfterFunc(3*time.Second, func() { fired <- "late" })
	clock.AfterFunc(20*time.Millisecond, func() { fired <- "early" })
	for _, wanted := range []string{"early", "late"} {
		select {
		case got := <-fired:
			if got != wanted {
				t.Fatalf("%s came before %s", got, wanted)
			}
		case <-time.After(patience):
			t.Fatal("a timer did not fire")
		}
	}
	if clock.beats != nil && len(clock.timers) > 0 {
		t.Fatal("the clock runs on without timers")
	}
}

func TestStoppedTimersAndClocksDoNotFire(t *testing.T) {
	clock := NewClock(func() bool { return false })
	fired := make(chan string, 2)
	clock.AfterFunc(30*time.Millisecond, func() { fired <- "stopped timer" }).Stop()
	clock.AfterFunc(30*time.Millisecond, func() { fired <- "timer" })
	clock.Stop()
	select {
	case got := <-fired:
		t.Fatalf("the %s fired while the clock stood still", got)
	case <-time.After(200 * time.Millisecond):
	}
	clock.Start()
	select {
	case got := <-fired:
		if got != "timer" {
			t.Fatalf("the %s fired", got)
		}
	case <-time.After(patience):
		t.Fatal("the timer did not fire after the clock went on")
	}
}

// A jump of the kernel's clock is played by moving what the clock last saw into the past.
func TestTimeAsleepDoesNotCount(t *testing.T) {
	for _, slept := range []bool{true, false} {
		clock := NewClock(func() bool { return slept })
		timer := clock.AfterFunc(time.Hour, func() {})
		clock.mu.Lock()
		clock.last = clock.last.Add(-30 * time.Minute)
		clock.advance()
		elapsed := clock.elapsed
		clock.mu.Unlock()
		timer.Stop()
		if counted := elapsed >= 30*time.Minute; counted == slept {
			t.Fatalf("slept %v: %v were counted", slept, elapsed)
		}
	}
}
