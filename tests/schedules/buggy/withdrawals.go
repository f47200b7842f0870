// Each look and each withdrawal is under the lock, but not the two together.
package main

import (
	"fmt"
	"sync"
)

type account struct {
	lock    sync.Mutex
	balance int
}

func (a *account) look() int {
	a.lock.Lock()
	defer a.lock.Unlock()
	return a.balance
}

func (a *account) take(amount int) {
	a.lock.Lock()
	defer a.lock.Unlock()
	a.balance -= amount
}

func main() {
	a := &account{balance: 100}
	var done sync.WaitGroup
	for i := 0; i < 2; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			if a.look() >= 80 {
				a.take(80)
			}
		}()
	}
	done.Wait()
	if a.balance >= 0 {
		fmt.Println("RESULT ok")
	} else {
		fmt.Println("RESULT overdrawn")
	}
}
