package main

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"time"
)

func main() {
	fmt.Println("start")
	start := time.Now()
	tenths := func() int64 { return (time.Since(start).Milliseconds() + 50) / 100 }
	var group sync.WaitGroup
	for _, seconds := range []int{3, 1, 2} {
		group.Add(1)
		go func(seconds int) {
			defer group.Done()
			time.Sleep(time.Duration(seconds) * time.Second)
			fmt.Println("slept", seconds)
		}(seconds)
	}
	group.Wait()
	select {
	case <-time.After(500 * time.Millisecond):
		fmt.Println("after", tenths())
	case <-time.After(time.Hour):
		fmt.Println("never")
	}
	ticker := time.NewTicker(300 * time.Millisecond)
	for number := 1; number <= 3; number++ {
		<-ticker.C
		fmt.Println("tick", number, tenths())
	}
	ticker.Stop()
	limited, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	fmt.Println("command:", exec.CommandContext(limited, "sleep", "3600").Run())
	timer := time.AfterFunc(time.Hour, func() { fmt.Println("never") })
	fmt.Println("stopped:", timer.Stop(), tenths())
}
