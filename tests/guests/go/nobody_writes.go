// A goroutine reads from a pipe that nobody writes to, and the others wait for it: Go's own watcher goes on polling, so the
// program is never quite still.
package main

import (
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

func main() {
	fmt.Println("start")
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		panic(err)
	}
	var all sync.WaitGroup
	all.Add(1)
	go func() {
		defer all.Done()
		os.NewFile(uintptr(ends[0]), "pipe").Read(make([]byte, 1))
	}()
	time.Sleep(time.Second)
	fmt.Println("waiting")
	all.Wait()
}
