package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// A thousand goroutines, a condition, a locked thread that sleeps in the kernel, a signal.
func main() {
	fmt.Println("start")
	var group sync.WaitGroup
	var mutex sync.Mutex
	done := 0
	for number := 0; number < 1000; number++ {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			time.Sleep(time.Duration(number%10) * 100 * time.Millisecond)
			mutex.Lock()
			done++
			mutex.Unlock()
		}(number)
	}
	group.Wait()
	fmt.Println("done", done)
	go func() {
		runtime.LockOSThread()
		pause := syscall.NsecToTimespec(int64(1500 * time.Millisecond))
		syscall.Nanosleep(&pause, nil)
		fmt.Println("thread slept")
	}()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	time.AfterFunc(2*time.Second, func() { syscall.Kill(os.Getpid(), syscall.SIGUSR1) })
	fmt.Println(<-signals)
	total := 0
	begin := time.Now()
	for time.Since(begin) < 50*time.Millisecond {
		total++
	}
	fmt.Println("computed", total > 0)
	os.Exit(9)
}
