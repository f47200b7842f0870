// The look and the withdrawal are under the lock together.
package main

import (
	"fmt"
	"sync"
)

type account struct {
	lock    sync.Mutex
	balance int
}

func (a *account) takeIfThere(amount int) {
	a.lock.Lock()
	defer a.lock.Unlock()
	if a.balance >= amount {
		a.balance -= amount
	}
}

func main() {
	a := &account{balance: 100}
	var done sync.WaitGroup
	for i := 0; i < 2; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			a.takeIfThere(80)
		}()
	}
	done.Wait()
	if a.balance >= 0 {
		fmt.Println("RESULT ok")
	} else {
		fmt.Println("RESULT overdrawn")
	}
}
